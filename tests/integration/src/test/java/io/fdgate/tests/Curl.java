package io.fdgate.tests;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** curl, as people use it. */
final class Curl {
  private Curl() {}

  /** Its output; a fault when it does not end well. */
  static String get(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--max-time", "60"));
    command.addAll(List.of(arguments));
    Distribution.Ended curl = Distribution.run(new ProcessBuilder(command));
    if (curl.status() != 0) {
      throw new IOException(command + ": " + curl.err());
    }
    return curl.out();
  }
}

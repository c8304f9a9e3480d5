package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** Clients that need calls which Java does not have; their assert statements fail the test. */
final class Python {
  private Python() {}

  static String run(String script, Object... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "-c", script));
    for (Object argument : arguments) {
      command.add(argument.toString());
    }
    Distribution.Ended ended = Distribution.run(new ProcessBuilder(command));
    assertThat(ended.status()).as(ended.err()).isZero();
    return ended.out();
  }
}

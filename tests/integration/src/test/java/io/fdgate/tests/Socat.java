package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** socat as a client: sends a text, half-closes, and returns what came back. */
final class Socat {
  private Socat() {}

  static String exchange(String text, String address) throws IOException, InterruptedException {
    // The time to wait after the half-close: a stream ends by itself, a datagram has no end.
    boolean stream = address.startsWith("tcp") || address.contains("connect");
    List<String> command = List.of("socat", "-t", stream ? "20" : "1", "-", address);
    Process socat = new ProcessBuilder(command).redirectErrorStream(true).start();
    socat.getOutputStream().write(text.getBytes(UTF_8));
    socat.getOutputStream().close();
    String answer = new String(socat.getInputStream().readAllBytes(), UTF_8);
    if (!socat.waitFor(30, TimeUnit.SECONDS)) {
      socat.destroyForcibly();
      throw new AssertionError("socat " + address + " does not end");
    }
    return answer;
  }
}

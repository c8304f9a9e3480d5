package io.fdgate.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The distribution that the build made. */
final class Distribution {
  static final Path HOME = Path.of(System.getProperty("fdgate.home", "")).toAbsolutePath();
  static final String FDGATE = HOME.resolve("bin/fdgate").toString();

  private Distribution() {}

  /** A process with no service manager's environment, and with paranoid leak detection. */
  static ProcessBuilder process(List<String> command) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(key -> key.startsWith("LISTEN_"));
    List.of("NOTIFY_SOCKET", "FDGATE_CONFIG", "container", "JOURNAL_STREAM")
        .forEach(builder.environment()::remove);
    builder
        .environment()
        .put("FDGATE_JAVA_OPTS", "-Xmx64m -Dio.netty.leakDetection.level=paranoid");
    return builder;
  }

  /** Runs fdgate to its end. */
  static Ended run(String... arguments) throws IOException, InterruptedException {
    List<String> command = new java.util.ArrayList<>(List.of(FDGATE));
    command.addAll(List.of(arguments));
    return run(process(command));
  }

  static Ended run(ProcessBuilder builder) throws IOException, InterruptedException {
    Process process = builder.start();
    process.getOutputStream().close();
    Output out = new Output(process.getInputStream());
    Output err = new Output(process.getErrorStream());
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(builder.command() + " does not end: " + out.text() + err.text());
    }
    return new Ended(process.exitValue(), out.awaitEnd(), err.awaitEnd());
  }

  /** A command's result. */
  record Ended(int status, String out, String err) {}

  /** No leak report and no stack trace. */
  static void assertClean(String output) {
    assertThat(output).doesNotContain("LEAK:").doesNotContain("\tat ");
  }
}

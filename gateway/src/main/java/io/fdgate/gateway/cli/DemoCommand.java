package io.fdgate.gateway.cli;

import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.Service;
import io.fdgate.gateway.activation.InheritedSocket;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fdgate demo}: the gateway without a service manager. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = {
      "Serves sockets of its own, without systemd, and prints what to try.",
      "They are opened on loopback and in a runtime folder, and handed over as",
      "systemd would do it. Ends with Ctrl-C."
    })
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class DemoCommand implements Callable<Integer> {
  private static final String CONFIGURATION = "[sockets.http]\nendpoints = true\n";

  private final Map<String, String> environment;
  private final Supplier<Optional<Path>> config;

  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "3000",
      description =
          "The port of echo; http is 80 above it, line 70. 0 takes free ones (default:"
              + " ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "The folder of the Unix sockets (default: fdgate-demo in XDG_RUNTIME_DIR or the temporary"
              + " folder).")
  private @Nullable Path directory;

  DemoCommand(Map<String, String> environment, Supplier<Optional<Path>> config) {
    this.environment = environment;
    this.config = config;
  }

  @Override
  public Integer call() {
    try (DemoSockets demo = new DemoSockets(folder())) {
      return new Service(environment, config.get())
          .withoutFile(CONFIGURATION)
          .logLevel("warn")
          .onReady(() -> print(demo))
          .run(() -> open(demo));
    }
  }

  private List<InheritedSocket> open(DemoSockets demo) throws FaultException {
    return demo.open(port);
  }

  private Path folder() {
    if (directory != null) {
      return directory.toAbsolutePath();
    }
    String runtime = environment.get("XDG_RUNTIME_DIR");
    return runtime == null || runtime.isEmpty()
        ? Path.of(
            System.getProperty("java.io.tmpdir"), "fdgate-demo-" + System.getProperty("user.name"))
        : Path.of(runtime, "fdgate-demo");
  }

  private void print(DemoSockets demo) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("fdgate demo: serving until Ctrl-C");
    out.println();
    TextTable table = new TextTable().row("PROTOCOL", "KIND", "ADDRESS", "TRY");
    demo.opened()
        .forEach(each ->
            table.row(
                each.socket().name(),
                each.socket().kind(),
                each.socket().address().toString(),
                each.attempt()));
    table.print(out);
    demo.notes().forEach(out::println);
    out.flush();
  }
}

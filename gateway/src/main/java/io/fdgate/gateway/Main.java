package io.fdgate.gateway;

import io.fdgate.gateway.activation.ListenEnvironment;
import io.fdgate.gateway.activation.OwnPidfd;
import io.fdgate.gateway.activation.SocketInspector;
import io.fdgate.gateway.cli.CommandLineInterface;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The entry point. Without arguments, or with {@code --config FILE} alone, it serves what it
 * inherited and loads nothing that this does not need; everything else is for the command line.
 */
public final class Main {
  private Main() {}

  /** Runs the gateway, and ends the JVM with its exit status. */
  public static void main(String[] args) {
    StartProperties.set();
    Map<String, String> environment = System.getenv();
    Optional<Path> config =
        Optional.ofNullable(environment.get("FDGATE_CONFIG"))
            .filter(path -> !path.isEmpty())
            .map(Path::of);
    int status;
    if (args.length == 0) {
      status = serve(environment, config);
    } else if (args.length == 2 && args[0].equals("--config") && !args[1].startsWith("-")) {
      status = serve(environment, Optional.of(Path.of(args[1])));
    } else {
      status = CommandLineInterface.run(args, environment, config);
    }
    System.exit(status);
  }

  /**
   * Serves what the environment announces until it is told to stop.
   *
   * @return the exit status
   */
  public static int serve(Map<String, String> environment, Optional<Path> config) {
    return new Service(environment, config)
        .run(() -> {
          ListenEnvironment listen =
              ListenEnvironment.parse(environment, ProcessHandle.current().pid(), OwnPidfd::inode);
          if (listen.fds().isEmpty()) {
            throw new FaultException(List.of(noSockets(listen.notForUs())));
          }
          return SocketInspector.inspect(listen.fds());
        });
  }

  private static Fault noSockets(Optional<String> notForUs) {
    return Fault.activation(
        notForUs.map(why -> why + ". ").orElse("")
            + "No sockets were inherited, and fdgate opens none. Start it one of three ways: by a"
            + " systemd .socket unit; in a shell with \"systemd-socket-activate -l 3000"
            + " --fdname=echo fdgate\"; or to look around, with \"fdgate demo\"");
  }
}

package io.fdgate.gateway;

import io.fdgate.gateway.activation.ListenEnvironment;
import io.fdgate.gateway.activation.OwnPidfd;
import io.fdgate.gateway.activation.SocketInspector;
import io.fdgate.gateway.cli.CommandLineInterface;
import io.fdgate.libc.Libc;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The entry point. Without a command, and with no options but {@code --config FILE} and {@code
 * --log-format=FORMAT}, it serves what it inherited and loads nothing that this does not need;
 * everything else is for the command line.
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
    Optional<Path> given = config;
    Optional<String> logFormat = Optional.empty();
    int at = 0;
    while (at < args.length) {
      if (args[at].equals("--config") && at + 1 < args.length && !args[at + 1].startsWith("-")) {
        given = Optional.of(Path.of(args[at + 1]));
        at += 2;
      } else if (args[at].equals("--log-format=json") || args[at].equals("--log-format=auto")) {
        logFormat = Optional.of(args[at].substring("--log-format=".length()));
        at++;
      } else {
        break;
      }
    }
    System.exit(
        at == args.length
            ? serve(environment, given, logFormat)
            : CommandLineInterface.run(args, environment, config));
  }

  /**
   * Serves what the environment announces until it is told to stop.
   *
   * @param logFormat wins over the configuration's
   * @return the exit status
   */
  public static int serve(
      Map<String, String> environment, Optional<Path> config, Optional<String> logFormat) {
    return new Service(environment, config)
        .logFormat(logFormat)
        .run(() -> {
          ListenEnvironment listen =
              ListenEnvironment.parse(environment, Libc.pid(), OwnPidfd::inode);
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

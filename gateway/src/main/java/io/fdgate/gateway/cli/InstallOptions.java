package io.fdgate.gateway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code install} and {@code uninstall} are told, and the question that both ask. */
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class InstallOptions {
  @ArgGroup private @Nullable Scopes scopes;

  @Option(
      names = {"-y", "--yes"},
      description = "Asks nothing.")
  private boolean yes;

  @Parameters(
      paramLabel = "NAME",
      arity = "0..*",
      description = "Units, as echo@demo or http, with all that they need; without a name all.")
  private List<String> names = List.of();

  /** At most one of them. */
  private static final class Scopes {
    @Option(names = "--user", description = "Rootless containers (unless you are root).")
    private boolean user;

    @Option(names = "--quadlet", description = "The same from quadlet files: Podman 4.4 or newer.")
    private boolean quadlet;

    @Option(names = "--system", description = "Services of the system (if you are root).")
    private boolean system;
  }

  List<String> names() {
    return names;
  }

  UnitScope scope() {
    if (scopes == null) {
      return isRoot() ? UnitScope.SYSTEM : UnitScope.USER;
    }
    if (scopes.quadlet) {
      return UnitScope.QUADLET;
    }
    return scopes.system ? UnitScope.SYSTEM : UnitScope.USER;
  }

  private static boolean isRoot() {
    try {
      return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** The folder of the distribution: that of its runtime, or that of its jars with another Java. */
  static Path home() throws FaultException {
    List<Path> places = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"))));
    CodeSource source = InstallOptions.class.getProtectionDomain().getCodeSource();
    if (source != null && source.getLocation().getProtocol().equals("file")) {
      places.add(Path.of(URI.create(source.getLocation().toString())).resolve(".."));
    }
    for (Path place : places) {
      Path home = place.resolve("..").normalize();
      if (Files.isDirectory(home.resolve("systemd"))) {
        return home;
      }
    }
    throw new FaultException(
        List.of(
            Fault.configuration(
                "no units are shipped with this fdgate: expected a folder systemd/ beside its bin/"
                    + " and lib/; start it from an unpacked distribution")));
  }

  /** Whether to go on: yes with {@code --yes}, or by an answer on standard input. */
  boolean confirmed(PrintWriter out, String question) throws IOException {
    if (yes) {
      return true;
    }
    out.print(question + " [y/N] ");
    out.flush();
    String answer = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
    if (answer == null) {
      out.println();
    }
    boolean confirmed = answer != null && answer.strip().toLowerCase(Locale.ROOT).matches("y|yes");
    if (!confirmed) {
      out.println("Nothing was changed.");
    }
    return confirmed;
  }

  /** A refused file, without a stack trace. */
  static FaultException refused(IOException refused) {
    return new FaultException(List.of(Fault.activation("nothing more was changed: " + refused)));
  }
}

package io.fdgate.gateway.doctor;

import io.fdgate.gateway.doctor.Unit.Setting;
import io.fdgate.gateway.systemd.StartLimit;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is known to go wrong in units. */
public final class UnitChecks {
  private static final Pattern CRUN = Pattern.compile("crun version 1\\.(\\d+)");
  private static final int FIRST_BROKEN_CRUN = 17;
  private static final int LAST_BROKEN_CRUN = 22;

  /** Longer than any time: a limit that is not understood is one to look at. */
  private static final Duration UNKNOWN = Duration.ofSeconds(Long.MAX_VALUE);

  private final Units units;
  private final Known known;
  private final List<Finding> findings = new ArrayList<>();

  private UnitChecks(Units units, Known known) {
    this.units = units;
    this.known = known;
  }

  /**
   * What is known besides the units.
   *
   * @param choosesProtocol whether a socket's name does
   * @param idleExit as it is configured, zero for never
   * @param keepsConnections the same
   * @param crunVersion the first line of {@code crun --version}, empty without crun
   */
  public record Known(
      Predicate<String> choosesProtocol,
      Duration idleExit,
      boolean keepsConnections,
      Supplier<String> crunVersion) {}

  /**
   * Reads units and those that belong to them.
   *
   * @throws IOException when one cannot be read
   */
  public static List<Finding> of(List<Path> paths, Known known) throws IOException {
    UnitChecks checks = new UnitChecks(Units.read(paths), known);
    for (Unit unit : checks.units.all()) {
      checks.oldNames(unit);
      if (unit.isSocket()) {
        checks.socket(unit);
      } else {
        checks.service(unit);
      }
    }
    return List.copyOf(checks.findings);
  }

  private void oldNames(Unit unit) {
    for (Setting setting : unit.all("BindTo")) {
      add(
          setting,
          "BindTo= is no documented setting, and systemd ignores what it does not know; write"
              + " BindsTo=");
    }
  }

  private void socket(Unit socket) {
    if (units.serviceOf(socket).isEmpty()) {
      String wanted = String.join(" or ", Units.serviceNames(socket));
      String advice =
          socket.last("Service").isPresent()
              ? "correct Service="
              : "name the service so, or set Service= in [Socket]";
      findings.add(
          new Finding(
              socket.path().toString(), "it starts " + wanted + ", which is not there; " + advice));
    }
    Optional<Setting> named = socket.last("FileDescriptorName");
    String name = named.map(Setting::value).orElse(socket.name());
    if (!name.contains("%") && !known.choosesProtocol().test(name)) {
      String found =
          "its sockets are named \""
              + name
              + "\", which chooses no protocol: fdgate will not start;";
      findings.add(
          named
              .map(setting -> setting.finding(found + " name a protocol or a [sockets.NAME] table"))
              .orElse(
                  new Finding(
                      socket.path().toString(),
                      found + " set FileDescriptorName= in [Socket], or default_protocol")));
    }
  }

  private void service(Unit service) {
    unnamedSockets(service);
    startLimit(service);
    descriptorStore(service);
    shell(service);
    if (service.isPodman()) {
      podman(service);
    } else {
      host(service);
    }
  }

  private void unnamedSockets(Unit service) {
    List<Unit> sockets = units.socketsOf(service);
    List<String> unnamed =
        sockets.stream()
            .filter(socket -> socket.last("FileDescriptorName").isEmpty())
            .map(Unit::name)
            .toList();
    if (sockets.size() > 1 && !unnamed.isEmpty()) {
      findings.add(
          new Finding(
              service.path().toString(),
              "it gets sockets of "
                  + sockets.size()
                  + " units, in any order, and "
                  + String.join(", ", unnamed)
                  + " has no FileDescriptorName=; set one in each, so that names tell them apart"));
    }
  }

  /** Each activation after an idle exit is a start. */
  private void startLimit(Unit service) {
    Optional<Setting> interval =
        service.last("StartLimitIntervalSec").or(() -> service.last("StartLimitInterval"));
    String starts = service.last("StartLimitBurst").map(Setting::value).orElse("5");
    String within = interval.map(Setting::value).orElse("10s");
    Duration shortest = StartLimit.of(starts, within).map(StartLimit::shortest).orElse(UNKNOWN);
    if (known.idleExit().isZero() || known.idleExit().compareTo(shortest) >= 0) {
      return;
    }
    String message =
        "fdgate exits when idle (idle_exit), and each activation is a start: after more than "
            + starts
            + " in "
            + within
            + " systemd gives up the service and its sockets; make idle_exit longer, or set"
            + " StartLimitIntervalSec=0 in [Unit]";
    findings.add(
        interval
            .map(each -> each.finding(message))
            .orElseGet(() -> new Finding(service.path().toString(), message)));
  }

  private void descriptorStore(Unit service) {
    Optional<Setting> most = service.last("FileDescriptorStoreMax");
    if (!known.keepsConnections()) {
      return;
    }
    if (service.isPodman()) {
      findings.add(
          new Finding(
              service.path().toString(),
              "keep_connections does nothing here: Podman passes no descriptor on to systemd; run"
                  + " fdgate on the host for it, or take it out"));
    } else if (most.filter(each -> !isZero(each.value())).isEmpty()) {
      String message =
          "keep_connections does nothing without FileDescriptorStoreMax=; set it in [Service] to"
              + " more than the connections that may be open, those of forward counted twice";
      findings.add(
          most.map(each -> each.finding(message))
              .orElseGet(() -> new Finding(service.path().toString(), message)));
    }
  }

  private static boolean isZero(String span) {
    return span.matches("0+\\s*(s|sec|ms|min)?");
  }

  /** LISTEN_PID is the shell's. */
  private void shell(Unit service) {
    for (Setting setting : service.all("ExecStart")) {
      if (setting.value().matches("[-@:+!]*(/usr)?(/bin/)?(ba|da)?sh -\\w*c .*")
          && !setting.value().contains("exec ")) {
        add(
            setting,
            "LISTEN_PID is the shell's, so what it starts inherits nothing; put exec before the"
                + " command, or do without the shell");
      }
    }
  }

  private void host(Unit service) {
    if (service.isTrue("MemoryDenyWriteExecute")) {
      add(
          service.last("MemoryDenyWriteExecute").orElseThrow(),
          "the JVM compiles at run time and will not start; take it out");
    }
    service
        .last("RestrictAddressFamilies")
        .filter(each -> !each.value().startsWith("~") && !each.value().contains("AF_UNIX"))
        .ifPresent(each ->
            add(
                each,
                "fdgate needs AF_UNIX, to say READY=1 and to set O_NONBLOCK on what it inherits;"
                    + " add it"));
  }

  private void podman(Unit service) {
    if (service.isTrue("NonBlocking")) {
      add(
          service.last("NonBlocking").orElseThrow(),
          "it does not reach through Podman, which clears O_NONBLOCK; fdgate sets it itself, so take"
              + " it out");
    }
    for (Setting setting : service.settings()) {
      boolean option =
          (setting.key().equals("ExecStart") || setting.key().equals("PodmanArgs"))
              && Unit.words(setting).stream()
                  .anyMatch(word -> word.equals("--init") || word.equals("--init=true"));
      if (option || (setting.key().equals("RunInit") && Unit.isTrue(setting))) {
        add(
            setting,
            "with an init in the container LISTEN_PID is that one's (1), and fdgate (2) inherits"
                + " nothing; take it out, as fdgate is a good process 1");
      }
    }
    notification(service);
    crun(service);
  }

  private void notification(Unit service) {
    for (Setting setting : service.all("ExecStart")) {
      boolean notify =
          service.last("Type").filter(type -> type.value().equals("notify")).isPresent();
      if (notify
          && setting.value().contains(" run ")
          && !setting.value().contains("--sdnotify=container")
          && !setting.value().contains("--sdnotify container")) {
        add(
            setting,
            "without --sdnotify=container the service is ready when the container has begun, not"
                + " when fdgate serves; add it");
      }
    }
  }

  private void crun(Unit service) {
    Optional<Setting> families = service.last("RestrictAddressFamilies");
    boolean otherRuntime =
        service.settings().stream()
            .filter(each -> each.key().equals("ExecStart") || each.key().equals("GlobalArgs"))
            .anyMatch(each -> each.value().matches(".*--runtime[= ]\\S*runc.*"));
    if (families.isEmpty() || otherRuntime) {
      return;
    }
    Matcher version = CRUN.matcher(known.crunVersion().get());
    if (version.find()) {
      int minor = Integer.parseInt(version.group(1));
      if (minor >= FIRST_BROKEN_CRUN && minor <= LAST_BROKEN_CRUN) {
        add(
            families.get(),
            "crun 1."
                + minor
                + " fails under it (1.17 to 1.22 do); take crun 1.23 or newer, or runc with"
                + " --runtime=runc");
      }
    }
  }

  private void add(Setting setting, String message) {
    findings.add(setting.finding(setting.key() + "=" + brief(setting.value()) + ": " + message));
  }

  private static String brief(String value) {
    return value.length() > 60 ? value.substring(0, 57) + "..." : value;
  }
}

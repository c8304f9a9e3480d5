package io.fdgate.gateway.doctor;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.activation.ListenEnvironment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Supplier;

/** What goes wrong in the environment of a process that a service manager started. */
public final class EnvironmentChecks {
  private EnvironmentChecks() {}

  /**
   * Looks at the variables.
   *
   * @param pid ours
   * @param pidfd the inode of our own pidfd, if the kernel tells
   */
  public static List<Finding> of(
      Map<String, String> environment, long pid, Supplier<OptionalLong> pidfd) {
    List<Finding> findings = new ArrayList<>();
    try {
      ListenEnvironment listen = ListenEnvironment.parse(environment, pid, pidfd);
      listen
          .notForUs()
          .ifPresent(why -> findings.add(new Finding("LISTEN_PID", notForUs(why, environment))));
      if (listen.fds().isEmpty() && listen.notForUs().isEmpty()) {
        findings.add(
            new Finding(
                "LISTEN_FDS",
                "is not set, so nothing was handed down; start fdgate by a .socket unit, or look at"
                    + " units with \"fdgate doctor FILE...\""));
      }
      if (!listen.fds().isEmpty() && !environment.containsKey("LISTEN_FDNAMES")) {
        findings.add(
            new Finding(
                "LISTEN_FDNAMES",
                "is not set, so every socket is \"unknown\"; set FileDescriptorName= in the .socket"
                    + " unit, or default_protocol"));
      }
    } catch (FaultException faults) {
      for (Fault fault : faults.faults()) {
        findings.add(new Finding("environment", fault.message()));
      }
    }
    if (environment.containsKey("container") && !environment.containsKey("NOTIFY_SOCKET")) {
      findings.add(
          new Finding(
              "NOTIFY_SOCKET",
              "is not set in this container, so READY=1 reaches nobody; with Type=notify give podman"
                  + " run --sdnotify=container (Notify=true in a quadlet)"));
    }
    return findings;
  }

  private static String notForUs(String why, Map<String, String> environment) {
    boolean init =
        environment.containsKey("container") && "1".equals(environment.get("LISTEN_PID"));
    return why
        + (init
            ? "; this is what --init (RunInit=true) does: take it out, as fdgate is a good process 1"
            : "; a shell or a wrapper must exec fdgate");
  }
}

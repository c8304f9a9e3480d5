package io.fdgate.gateway.activation;

import java.io.File;
import java.io.IOException;
import java.util.Map;

/** Our own process id, without {@link ProcessHandle} where that can be. */
public final class OwnPid {
  private OwnPid() {}

  /**
   * The id in our pid namespace. {@link ProcessHandle} makes a thread pool first, which is a
   * fifteenth of a cold start. /proc/self is the id in the namespace that /proc was mounted in; so
   * that is taken where LISTEN_PID says the same, as it does at a start by systemd.
   *
   * @param variables the environment
   */
  public static long of(Map<String, String> variables) {
    try {
      String self = new File("/proc/self").getCanonicalFile().getName();
      if (self.equals(variables.get("LISTEN_PID"))) {
        return Long.parseLong(self);
      }
    } catch (IOException | NumberFormatException noProc) {
      // asked below
    }
    return ProcessHandle.current().pid();
  }
}

package io.fdgate.gateway.activation;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors that LISTEN_PID, LISTEN_PIDFDID, LISTEN_FDS and LISTEN_FDNAMES announce, by the
 * rules of sd_listen_fds_with_names(3). A pure function of the environment and the process.
 *
 * @param fds in the order handed down, numbered from 3
 * @param notForUs why the variables are not meant for this process, if they are there
 */
public record ListenEnvironment(List<InheritedFd> fds, Optional<String> notForUs) {
  /** SD_LISTEN_FDS_START. */
  static final int FIRST_FD = 3;

  // Far above what a service manager passes, and far below what would fill the memory.
  private static final int MOST_FDS = 64 * 1024;

  private static final String UNKNOWN = "unknown";

  /** Copies the list. */
  public ListenEnvironment {
    fds = List.copyOf(fds);
  }

  /**
   * Reads the variables.
   *
   * @param variables the environment
   * @param pid our process id, in our pid namespace
   * @param pidfdInode the inode of our pidfd, asked for only when LISTEN_PIDFDID is set; empty
   *     where the kernel has none
   * @throws FaultException when a value is malformed
   */
  public static ListenEnvironment parse(
      Map<String, String> variables, long pid, Supplier<OptionalLong> pidfdInode)
      throws FaultException {
    String listenPid = variables.get("LISTEN_PID");
    if (listenPid == null) {
      return none(Optional.empty());
    }
    List<Fault> faults = new ArrayList<>();
    long forPid = number("LISTEN_PID", listenPid, Integer.MAX_VALUE, "a process id", faults);
    if (faults.isEmpty() && forPid != pid) {
      return none(
          Optional.of(
              "LISTEN_PID is "
                  + listenPid
                  + " and this is process "
                  + pid
                  + ": the sockets are meant for another process"
                  + (forPid == 1
                      ? " (in a container, run fdgate as process 1: without --init, and as"
                          + " ENTRYPOINT in exec form)"
                      : " (start fdgate with exec where a shell script starts it)")));
    }
    Optional<String> otherProcess = otherPidfd(variables, pidfdInode, faults);
    if (faults.isEmpty() && otherProcess.isPresent()) {
      return none(otherProcess);
    }
    String listenFds = variables.get("LISTEN_FDS");
    if (listenFds == null) {
      throwIfAny(faults);
      return none(Optional.empty());
    }
    long count = number("LISTEN_FDS", listenFds, MOST_FDS, "the number of sockets", faults);
    List<InheritedFd> fds = name(variables.get("LISTEN_FDNAMES"), (int) count, faults);
    throwIfAny(faults);
    return new ListenEnvironment(fds, Optional.empty());
  }

  private static ListenEnvironment none(Optional<String> why) {
    return new ListenEnvironment(List.of(), why);
  }

  private static Optional<String> otherPidfd(
      Map<String, String> variables, Supplier<OptionalLong> pidfdInode, List<Fault> faults) {
    String value = variables.get("LISTEN_PIDFDID");
    if (value == null) {
      return Optional.empty();
    }
    long expected;
    try {
      expected = value.startsWith("+") ? Long.parseLong("") : Long.parseUnsignedLong(value);
    } catch (NumberFormatException notOne) {
      faults.add(
          Fault.activation(
              "LISTEN_PIDFDID is \"" + value + "\"; expected an unsigned 64-bit number"));
      return Optional.empty();
    }
    OptionalLong ours = pidfdInode.get();
    if (ours.isEmpty() || ours.getAsLong() == expected) {
      return Optional.empty();
    }
    return Optional.of(
        "LISTEN_PIDFDID is "
            + value
            + " and our pidfd has inode "
            + Long.toUnsignedString(ours.getAsLong())
            + ": the sockets are meant for an earlier process of the same number");
  }

  private static List<InheritedFd> name(@Nullable String names, int count, List<Fault> faults) {
    // A negative limit keeps empty names, the last one too.
    String[] split = names == null ? new String[0] : names.split(":", -1);
    if (names != null && faults.isEmpty() && split.length != count) {
      faults.add(
          Fault.activation(
              "LISTEN_FDNAMES has "
                  + split.length
                  + (split.length == 1 ? " name (\"" : " names (\"")
                  + names
                  + "\") and LISTEN_FDS is "
                  + count
                  + "; expected one name for each socket, separated by colons"));
    }
    if (!faults.isEmpty()) {
      return List.of();
    }
    List<InheritedFd> fds = new ArrayList<>(Math.min(count, 1024));
    for (int i = 0; i < count; i++) {
      fds.add(new InheritedFd(FIRST_FD + i, names == null ? UNKNOWN : split[i]));
    }
    return fds;
  }

  /** A decimal number from 1 to max; anything else is a fault, and 0. */
  private static long number(
      String variable, String value, long max, String meaning, List<Fault> faults) {
    boolean digits = !value.isEmpty() && value.length() <= 19;
    for (int i = 0; i < value.length(); i++) {
      digits &= value.charAt(i) >= '0' && value.charAt(i) <= '9';
    }
    if (digits) {
      try {
        long number = Long.parseLong(value);
        if (number >= 1 && number <= max) {
          return number;
        }
      } catch (NumberFormatException overflow) {
        // said below
      }
    }
    faults.add(
        Fault.activation(
            variable
                + " is \""
                + value
                + "\"; expected "
                + meaning
                + ", a whole number from 1 to "
                + max));
    return 0;
  }

  private static void throwIfAny(List<Fault> faults) throws FaultException {
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
  }
}

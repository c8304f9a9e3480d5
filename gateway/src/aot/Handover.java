import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Opens sockets, and starts a process that inherits them as from systemd. Java closes descriptors in
 * the children that it starts, hence posix_spawn(3).
 */
final class Handover {
  private static final Linker LINKER = Linker.nativeLinker();
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int FIRST_FD = 3;

  /** Its own number is known to the process only. */
  private static final String SCRIPT = "LISTEN_PID=$$ exec \"$@\" >\"$0\" 2>&1";

  private Handover() {}

  /** A socket of ours on a port of 127.0.0.1. */
  record Open(String name, boolean isStream, int fd, int port) {
    void close() throws Throwable {
      call("close", fd);
    }
  }

  /** A listening stream socket on a free port. */
  static Open stream(String name) throws Throwable {
    return open(name, SOCK_STREAM);
  }

  /** A datagram socket on a free port. */
  static Open datagram(String name) throws Throwable {
    return open(name, SOCK_DGRAM);
  }

  private static Open open(String name, int type) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      int fd = call("socket", AF_INET, type, 0);
      // struct sockaddr_in (ip(7)).
      MemorySegment address = arena.allocate(16);
      address.set(JAVA_SHORT, 0, (short) AF_INET);
      address.asSlice(4, 4).copyFrom(MemorySegment.ofArray(new byte[] {127, 0, 0, 1}));
      MemorySegment length = arena.allocateFrom(JAVA_INT, 16);
      call("bind", fd, address, 16);
      if (type == SOCK_STREAM) {
        call("listen", fd, 16);
      }
      call("getsockname", fd, address, length);
      short port = address.get(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2);
      return new Open(name, type == SOCK_STREAM, fd, Short.toUnsignedInt(port));
    }
  }

  /**
   * Starts a program with sockets.
   *
   * @param variables its environment, without what tells it of them
   * @param output takes what it prints
   * @return its process id
   */
  static int start(
      List<String> command, Map<String, String> variables, Path output, List<Open> sockets)
      throws Throwable {
    Map<String, String> environment = new HashMap<>(variables);
    environment.put("LISTEN_FDS", Integer.toString(sockets.size()));
    environment.put("LISTEN_FDNAMES", String.join(":", sockets.stream().map(Open::name).toList()));
    List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, output.toString()));
    shell.addAll(command);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment actions = arena.allocate(512, 16);
      call("posix_spawn_file_actions_init", actions);
      for (int i = 0; i < sockets.size(); i++) {
        call("posix_spawn_file_actions_adddup2", actions, sockets.get(i).fd(), FIRST_FD + i);
      }
      List<String> assignments = new ArrayList<>();
      environment.forEach((key, value) -> assignments.add(key + "=" + value));
      MemorySegment pid = arena.allocate(JAVA_INT);
      int error =
          call(
              "posix_spawn",
              pid,
              arena.allocateFrom("/bin/sh"),
              actions,
              MemorySegment.NULL,
              strings(arena, shell),
              strings(arena, assignments));
      if (error != 0) {
        throw new IOException("posix_spawn: errno " + error);
      }
      return pid.get(JAVA_INT, 0);
    }
  }

  /** Waits for the end of a process that was started here. */
  static void await(int pid) throws Throwable {
    int waited = call("waitpid", pid, MemorySegment.NULL, 0);
    if (waited != pid) {
      throw new IOException("waitpid");
    }
  }

  /** A null-terminated array of C strings. */
  private static MemorySegment strings(Arena arena, List<String> strings) {
    MemorySegment array = arena.allocate(ADDRESS, strings.size() + 1L);
    for (int i = 0; i < strings.size(); i++) {
      array.setAtIndex(ADDRESS, i, arena.allocateFrom(strings.get(i)));
    }
    return array;
  }

  /** Calls a C function of ints and pointers that returns an int; -1 is thrown. */
  private static int call(String function, Object... arguments) throws Throwable {
    MemoryLayout[] layouts = new MemoryLayout[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      layouts[i] = arguments[i] instanceof Integer ? JAVA_INT : ADDRESS;
    }
    MethodHandle handle =
        LINKER.downcallHandle(
            LINKER.defaultLookup().findOrThrow(function), FunctionDescriptor.of(JAVA_INT, layouts));
    int result = (int) handle.invokeWithArguments(arguments);
    if (result == -1) {
      throw new IOException(function + " failed");
    }
    return result;
  }
}

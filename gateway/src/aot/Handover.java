import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
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
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int FIRST_FD = 3;

  /** Its own number is known to the process only. */
  private static final String SCRIPT = "LISTEN_PID=$$ exec \"$@\" >\"$0\" 2>&1";

  private Handover() {}

  /** A bound socket of ours. */
  record Open(String name, boolean isStream, int fd, SocketAddress address) {
    void close() throws Throwable {
      call("close", fd);
    }
  }

  /** A listening TCP socket on a free port of 127.0.0.1. */
  static Open tcp(String name) throws Throwable {
    return inet(name, SOCK_STREAM);
  }

  /** A UDP socket on a free port of 127.0.0.1. */
  static Open udp(String name) throws Throwable {
    return inet(name, SOCK_DGRAM);
  }

  private static Open inet(String name, int type) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      // struct sockaddr_in (ip(7)).
      MemorySegment address = arena.allocate(16);
      address.set(JAVA_SHORT, 0, (short) AF_INET);
      byte[] host = {127, 0, 0, 1};
      MemorySegment.copy(host, 0, address, JAVA_BYTE, 4, host.length);
      int fd = bound(AF_INET, type, address);
      call("getsockname", fd, address, arena.allocateFrom(JAVA_INT, 16));
      short port = address.get(JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN), 2);
      return new Open(
          name,
          type == SOCK_STREAM,
          fd,
          new InetSocketAddress(InetAddress.getByAddress(host), Short.toUnsignedInt(port)));
    }
  }

  /** A listening Unix socket. */
  static Open unix(String name, Path path) throws Throwable {
    try (Arena arena = Arena.ofConfined()) {
      // struct sockaddr_un (unix(7)).
      byte[] bytes = path.toString().getBytes(UTF_8);
      MemorySegment address = arena.allocate(2 + bytes.length + 1);
      address.set(JAVA_SHORT, 0, (short) AF_UNIX);
      MemorySegment.copy(bytes, 0, address, JAVA_BYTE, 2, bytes.length);
      int fd = bound(AF_UNIX, SOCK_STREAM, address);
      return new Open(name, true, fd, UnixDomainSocketAddress.of(path));
    }
  }

  private static int bound(int family, int type, MemorySegment address) throws Throwable {
    int fd = call("socket", family, type, 0);
    call("bind", fd, address, (int) address.byteSize());
    if (type == SOCK_STREAM) {
      call("listen", fd, 16);
    }
    return fd;
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

package io.fdgate.gateway.libc;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.TimeUnit;

/**
 * System calls. Each returns what the kernel returns, with {@code -1} replaced by the negated
 * errno. Thread-safe: each thread captures errno in memory of its own.
 *
 * <p>All go through syscall(2), by number: the one thing that costs time at a start is to link a C
 * function, and so there is one.
 */
public final class Libc {
  /** errno values (errno(3)), equal on x86_64 and aarch64. */
  public static final int EINTR = 4;

  public static final int EAGAIN = 11;

  /** Too many descriptors are on their way to processes that have not taken them. */
  public static final int ETOOMANYREFS = 109;

  private static final int F_GETFD = 1;
  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int FD_CLOEXEC = 1;
  private static final int O_NONBLOCK = 04000;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int SOCKADDR_STORAGE = 128;
  private static final short AF_UNIX = 1;
  private static final int SUN_PATH = 2;
  private static final int SOL_SOCKET = 1;
  private static final int SCM_RIGHTS = 1;
  private static final int CONTROL_HEADER = 16;
  private static final int MSG_DONTWAIT_NOSIGNAL = 0x40 | 0x4000;
  private static final int CLOCK_BOOTTIME = 7;

  // Numbers of system calls (syscalls(2)); aarch64 has those of the generic table.
  private static final boolean X86 = "amd64".equals(System.getProperty("os.arch"));
  private static final long FCNTL = X86 ? 72 : 25;
  private static final long GETSOCKNAME = X86 ? 51 : 204;
  private static final long SETSOCKOPT = X86 ? 54 : 208;
  private static final long RECVMMSG = X86 ? 299 : 243;
  private static final long SENDMSG = X86 ? 46 : 211;
  private static final long SENDMMSG = X86 ? 307 : 269;
  private static final long MMAP = X86 ? 9 : 222;
  private static final long MUNMAP = X86 ? 11 : 215;
  private static final long CLOCK_GETTIME = X86 ? 228 : 113;
  private static final long PIDFD_OPEN = 434;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final long ERRNO =
      Linker.Option.captureStateLayout().byteOffset(PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
              JAVA_LONG),
          Linker.Option.firstVariadicArg(1),
          Linker.Option.captureCallState("errno"));

  private Libc() {}

  /** Sets FD_CLOEXEC on a descriptor (fcntl(2)). */
  public static int setCloseOnExec(int fd) {
    int flags = fcntl(fd, F_GETFD, 0);
    return flags < 0 ? flags : fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
  }

  /** Sets O_NONBLOCK on an open file description (fcntl(2)). */
  public static int setNonBlocking(int fd) {
    int flags = fcntl(fd, F_GETFL, 0);
    return flags < 0 ? flags : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  }

  /** A new descriptor for our own process (pidfd_open(2)), to be closed by the caller. */
  public static int openOwnPidfd() {
    return (int) call(PIDFD_OPEN, ProcessHandle.current().pid(), 0, 0, 0, 0, 0);
  }

  /**
   * Nanoseconds since the machine started, its sleep included: the clock that /proc tells the
   * starts of processes by (clock_gettime(2), proc_pid_stat(5)).
   */
  public static long bootNanos() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment timespec = arena.allocate(JAVA_LONG, 2);
      long result = call(CLOCK_GETTIME, CLOCK_BOOTTIME, timespec.address(), 0, 0, 0, 0);
      if (result < 0) {
        throw new IllegalStateException("clock_gettime: errno " + -result);
      }
      return TimeUnit.SECONDS.toNanos(timespec.getAtIndex(JAVA_LONG, 0))
          + timespec.getAtIndex(JAVA_LONG, 1);
    }
  }

  /** The bound address of a socket as the kernel gives it, family first (getsockname(2)). */
  public static byte[] socketName(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(SOCKADDR_STORAGE);
      MemorySegment length = arena.allocateFrom(JAVA_INT, SOCKADDR_STORAGE);
      long result = call(GETSOCKNAME, fd, address.address(), length.address(), 0, 0, 0);
      if (result < 0) {
        throw new IllegalStateException("getsockname(" + fd + "): errno " + -result);
      }
      int size = Math.min(length.get(JAVA_INT, 0), SOCKADDR_STORAGE);
      return address.asSlice(0, size).toArray(JAVA_BYTE);
    }
  }

  /** Sets a socket option that is a number (setsockopt(2)). */
  public static int setOption(int fd, int level, int option, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment held = arena.allocateFrom(JAVA_INT, value);
      return (int) call(SETSOCKOPT, fd, level, option, held.address(), held.byteSize(), 0);
    }
  }

  /**
   * Receives up to {@code count} datagrams into an array of {@code struct mmsghdr} (recvmmsg(2)).
   */
  public static int receive(int fd, long headers, int count, int flags) {
    return (int) call(RECVMMSG, fd, headers, count, flags, 0, 0);
  }

  /** Sends datagrams from an array of {@code struct mmsghdr} (sendmmsg(2)). */
  public static int send(int fd, long headers, int count, int flags) {
    return (int) call(SENDMMSG, fd, headers, count, flags, 0, 0);
  }

  /**
   * Maps zeroed memory that takes real pages only where it is touched (mmap(2)); {@link #unmap}
   * gives it back.
   */
  public static MemorySegment map(long bytes) {
    long address = call(MMAP, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    if (address < 0) {
      throw new OutOfMemoryError("mmap of " + bytes + " bytes: errno " + -address);
    }
    return MemorySegment.ofAddress(address).reinterpret(bytes);
  }

  /** Gives mapped memory back (munmap(2)). Nothing may use it afterwards. */
  public static void unmap(MemorySegment memory) {
    long result = call(MUNMAP, memory.address(), memory.byteSize(), 0, 0, 0, 0);
    if (result < 0) {
      throw new IllegalStateException("munmap: errno " + -result);
    }
  }

  /**
   * Sends a datagram with a descriptor to a Unix socket, without waiting (sendmsg(2), SCM_RIGHTS of
   * unix(7)).
   *
   * @param address as {@code sun_path}, in its exact length
   */
  public static int sendDescriptor(int socket, byte[] address, byte[] message, int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(SUN_PATH + address.length);
      name.set(ValueLayout.JAVA_SHORT, 0, AF_UNIX);
      MemorySegment.copy(address, 0, name, JAVA_BYTE, SUN_PATH, address.length);
      MemorySegment content = arena.allocateFrom(JAVA_BYTE, message);
      MemorySegment vector = arena.allocate(JAVA_LONG, 2);
      vector.setAtIndex(JAVA_LONG, 0, content.address());
      vector.setAtIndex(JAVA_LONG, 1, message.length);
      // struct cmsghdr: the length, a level and a type of 32 bits; then the descriptor.
      MemorySegment control = arena.allocate(JAVA_LONG, 3);
      control.set(JAVA_LONG, 0, CONTROL_HEADER + Integer.BYTES);
      control.set(JAVA_INT, 8, SOL_SOCKET);
      control.set(JAVA_INT, 12, SCM_RIGHTS);
      control.set(JAVA_INT, CONTROL_HEADER, fd);
      // struct msghdr: name, its length, vector, its length, control, its length, flags.
      MemorySegment header = arena.allocate(JAVA_LONG, 7);
      header.setAtIndex(JAVA_LONG, 0, name.address());
      header.setAtIndex(JAVA_LONG, 1, name.byteSize());
      header.setAtIndex(JAVA_LONG, 2, vector.address());
      header.setAtIndex(JAVA_LONG, 3, 1);
      header.setAtIndex(JAVA_LONG, 4, control.address());
      header.setAtIndex(JAVA_LONG, 5, control.byteSize());
      return (int) call(SENDMSG, socket, header.address(), MSG_DONTWAIT_NOSIGNAL, 0, 0, 0);
    }
  }

  private static int fcntl(int fd, int command, int argument) {
    return (int) call(FCNTL, fd, command, argument, 0, 0, 0);
  }

  private static long call(long number, long a, long b, long c, long d, long e, long f) {
    MemorySegment state = STATE.get();
    long result;
    try {
      result = (long) SYSCALL.invokeExact(state, number, a, b, c, d, e, f);
    } catch (RuntimeException | Error unexpected) {
      throw unexpected;
    } catch (Throwable impossible) {
      throw new IllegalStateException(impossible);
    }
    return result == -1 ? -state.get(JAVA_INT, ERRNO) : result;
  }
}

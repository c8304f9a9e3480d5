package io.fdgate.gateway.libc;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls by name. Each returns what the C function returns, with {@code -1} replaced by the
 * negated errno. Thread-safe: each thread captures errno in memory of its own.
 */
public final class Libc {
  /** errno values (errno(3)), equal on x86_64 and aarch64. */
  public static final int EINTR = 4;

  public static final int EAGAIN = 11;

  private static final int F_GETFD = 1;
  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int FD_CLOEXEC = 1;
  private static final int O_NONBLOCK = 04000;
  private static final long SYS_PIDFD_OPEN = 434;
  private static final int PROT_READ_WRITE = 3;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
  private static final int SOCKADDR_STORAGE = 128;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final VarHandle ERRNO_VALUE =
      Linker.Option.captureStateLayout().varHandle(PathElement.groupElement("errno"));
  private static final ThreadLocal<MemorySegment> STATE =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(Linker.Option.captureStateLayout()));

  // fcntl(2) is variadic in C: the third argument is passed as a variable one.
  private static final MethodHandle FCNTL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("fcntl"),
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(2),
          ERRNO);
  private static final MethodHandle SYSCALL =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("syscall"),
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT),
          Linker.Option.firstVariadicArg(1),
          ERRNO);
  private static final MethodHandle GETSOCKNAME =
      link("getsockname", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
  private static final MethodHandle SETSOCKOPT =
      link(
          "setsockopt",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RECVMMSG =
      link(
          "recvmmsg",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle SENDMMSG =
      link("sendmmsg", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT));
  private static final MethodHandle MMAP =
      link(
          "mmap",
          FunctionDescriptor.of(
              JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
  private static final MethodHandle MUNMAP =
      link("munmap", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG));

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
    int pid = Math.toIntExact(ProcessHandle.current().pid());
    try {
      return result(Math.toIntExact((long) SYSCALL.invokeExact(state(), SYS_PIDFD_OPEN, pid, 0)));
    } catch (Throwable unexpected) {
      throw rethrow(unexpected);
    }
  }

  /** The bound address of a socket as the kernel gives it, family first (getsockname(2)). */
  public static byte[] socketName(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(SOCKADDR_STORAGE);
      MemorySegment length = arena.allocateFrom(JAVA_INT, SOCKADDR_STORAGE);
      int result = result((int) GETSOCKNAME.invokeExact(state(), fd, address, length));
      if (result < 0) {
        throw new IllegalStateException("getsockname(" + fd + "): errno " + -result);
      }
      int size = Math.min(length.get(JAVA_INT, 0), SOCKADDR_STORAGE);
      return address.asSlice(0, size).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE);
    } catch (Throwable unexpected) {
      throw rethrow(unexpected);
    }
  }

  /** Switches a socket option on (setsockopt(2)). */
  public static int enable(int fd, int level, int option) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment one = arena.allocateFrom(JAVA_INT, 1);
      return result(
          (int)
              SETSOCKOPT.invokeExact(
                  state(), fd, level, option, one, Math.toIntExact(one.byteSize())));
    } catch (Throwable unexpected) {
      throw rethrow(unexpected);
    }
  }

  /**
   * Receives up to {@code count} datagrams into an array of {@code struct mmsghdr} (recvmmsg(2)).
   */
  public static int receive(int fd, long headers, int count, int flags) {
    try {
      return result(
          (int) RECVMMSG.invokeExact(state(), fd, headers, count, flags, MemorySegment.NULL));
    } catch (Throwable unexpected) {
      throw rethrow(unexpected);
    }
  }

  /** Sends datagrams from an array of {@code struct mmsghdr} (sendmmsg(2)). */
  public static int send(int fd, long headers, int count, int flags) {
    try {
      return result((int) SENDMMSG.invokeExact(state(), fd, headers, count, flags));
    } catch (Throwable unexpected) {
      throw rethrow(unexpected);
    }
  }

  /**
   * Maps zeroed memory that takes real pages only where it is touched (mmap(2)); {@link #unmap}
   * gives it back.
   */
  public static MemorySegment map(long bytes) {
    try {
      long address =
          (long)
              MMAP.invokeExact(
                  state(),
                  MemorySegment.NULL,
                  bytes,
                  PROT_READ_WRITE,
                  MAP_PRIVATE_ANONYMOUS,
                  -1,
                  0L);
      if (address == -1) {
        throw new OutOfMemoryError("mmap of " + bytes + " bytes: errno " + errno());
      }
      return MemorySegment.ofAddress(address).reinterpret(bytes);
    } catch (Throwable unexpected) {
      throw rethrow(unexpected);
    }
  }

  /** Gives mapped memory back (munmap(2)). Nothing may use it afterwards. */
  public static void unmap(MemorySegment memory) {
    try {
      int result = result((int) MUNMAP.invokeExact(state(), memory.address(), memory.byteSize()));
      if (result < 0) {
        throw new IllegalStateException("munmap: errno " + -result);
      }
    } catch (Throwable unexpected) {
      throw rethrow(unexpected);
    }
  }

  private static int fcntl(int fd, int command, int argument) {
    try {
      return result((int) FCNTL.invokeExact(state(), fd, command, argument));
    } catch (Throwable unexpected) {
      throw rethrow(unexpected);
    }
  }

  private static MethodHandle link(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), descriptor, ERRNO);
  }

  private static MemorySegment state() {
    return STATE.get();
  }

  private static int result(int returned) {
    return returned == -1 ? -errno() : returned;
  }

  private static int errno() {
    return (int) ERRNO_VALUE.get(STATE.get(), 0L);
  }

  private static RuntimeException rethrow(Throwable unexpected) {
    return switch (unexpected) {
      case RuntimeException exception -> exception;
      case Error error -> throw error;
      default -> new IllegalStateException(unexpected);
    };
  }
}

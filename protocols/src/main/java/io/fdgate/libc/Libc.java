package io.fdgate.libc;

import io.netty.channel.unix.Buffer;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;

/**
 * System calls. Each returns what the kernel returns, with {@code -1} replaced by the negated
 * errno. Thread-safe.
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
  private static final int F_SETPIPE_SZ = 1031;
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
  private static final long GETPID = X86 ? 39 : 172;
  private static final long PIDFD_OPEN = 434;

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

  /** Sets how many bytes a pipe holds; returns how many it does (fcntl(2)). */
  public static int setPipeSize(int fd, int bytes) {
    return fcntl(fd, F_SETPIPE_SZ, bytes);
  }

  private static int fcntl(int fd, int command, int argument) {
    return (int) SystemCall.call(FCNTL, fd, command, argument, 0, 0, 0);
  }

  /** Our process id, in our own pid namespace (getpid(2)). */
  public static int pid() {
    return (int) SystemCall.call(GETPID, 0, 0, 0, 0, 0, 0);
  }

  /** A new descriptor for our own process (pidfd_open(2)), to be closed by the caller. */
  public static int openOwnPidfd() {
    return (int) SystemCall.call(PIDFD_OPEN, pid(), 0, 0, 0, 0, 0);
  }

  /**
   * Nanoseconds since the machine started, its sleep included: the clock that /proc tells the
   * starts of processes by (clock_gettime(2), proc_pid_stat(5)).
   */
  public static long bootNanos() {
    ByteBuffer timespec = allocate(2 * Long.BYTES);
    long result =
        SystemCall.call(CLOCK_GETTIME, CLOCK_BOOTTIME, Buffer.memoryAddress(timespec), 0, 0, 0, 0);
    if (result < 0) {
      throw new IllegalStateException("clock_gettime: errno " + -result);
    }
    return TimeUnit.SECONDS.toNanos(timespec.getLong(0)) + timespec.getLong(Long.BYTES);
  }

  /** The bound address of a socket as the kernel gives it, family first (getsockname(2)). */
  public static byte[] socketName(int fd) {
    ByteBuffer memory =
        allocate(SOCKADDR_STORAGE + Integer.BYTES).putInt(SOCKADDR_STORAGE, SOCKADDR_STORAGE);
    long address = Buffer.memoryAddress(memory);
    long result = SystemCall.call(GETSOCKNAME, fd, address, address + SOCKADDR_STORAGE, 0, 0, 0);
    if (result < 0) {
      throw new IllegalStateException("getsockname(" + fd + "): errno " + -result);
    }
    byte[] name = new byte[Math.min(memory.getInt(SOCKADDR_STORAGE), SOCKADDR_STORAGE)];
    memory.get(0, name);
    return name;
  }

  /** Sets a socket option that is a number (setsockopt(2)). */
  public static int setOption(int fd, int level, int option, int value) {
    ByteBuffer held = allocate(Integer.BYTES).putInt(0, value);
    try {
      return (int)
          SystemCall.call(
              SETSOCKOPT, fd, level, option, Buffer.memoryAddress(held), Integer.BYTES, 0);
    } finally {
      Reference.reachabilityFence(held);
    }
  }

  /**
   * Receives up to {@code count} datagrams into an array of {@code struct mmsghdr} (recvmmsg(2)).
   */
  public static int receive(int fd, long headers, int count, int flags) {
    return (int) SystemCall.call(RECVMMSG, fd, headers, count, flags, 0, 0);
  }

  /** Sends datagrams from an array of {@code struct mmsghdr} (sendmmsg(2)). */
  public static int send(int fd, long headers, int count, int flags) {
    return (int) SystemCall.call(SENDMMSG, fd, headers, count, flags, 0, 0);
  }

  /**
   * Maps zeroed memory that takes real pages only where it is touched (mmap(2)); {@link #unmap}
   * gives it back.
   */
  public static ByteBuffer map(int bytes) {
    long address = SystemCall.call(MMAP, 0, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0);
    if (address < 0) {
      throw new OutOfMemoryError("mmap of " + bytes + " bytes: errno " + -address);
    }
    return Buffer.wrapMemoryAddressWithNativeOrder(address, bytes);
  }

  /** Gives mapped memory back (munmap(2)). Nothing may use it afterwards. */
  public static void unmap(ByteBuffer memory) {
    long result =
        SystemCall.call(MUNMAP, Buffer.memoryAddress(memory), memory.capacity(), 0, 0, 0, 0);
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
    // struct msghdr: name, its length, vector, its length, control, its length, flags. Then the
    // vector; struct cmsghdr: the length, a level and a type of 32 bits, and the descriptor.
    int vector = 7 * Long.BYTES;
    int control = vector + 2 * Long.BYTES;
    int name = control + 3 * Long.BYTES;
    int content = name + SUN_PATH + address.length;
    ByteBuffer memory = allocate(content + message.length);
    long at = Buffer.memoryAddress(memory);
    memory.putLong(0, at + name).putInt(8, SUN_PATH + address.length);
    memory.putLong(16, at + vector).putLong(24, 1);
    memory.putLong(32, at + control).putLong(40, 3 * Long.BYTES);
    memory.putLong(vector, at + content).putLong(vector + 8, message.length);
    memory.putLong(control, CONTROL_HEADER + Integer.BYTES);
    memory.putInt(control + 8, SOL_SOCKET).putInt(control + 12, SCM_RIGHTS);
    memory.putInt(control + CONTROL_HEADER, fd);
    memory.putShort(name, AF_UNIX).put(name + SUN_PATH, address).put(content, message);
    try {
      return (int) SystemCall.call(SENDMSG, socket, at, MSG_DONTWAIT_NOSIGNAL, 0, 0, 0);
    } finally {
      Reference.reachabilityFence(memory);
    }
  }

  /** Zeroed memory, for as long as it is reachable. */
  private static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}

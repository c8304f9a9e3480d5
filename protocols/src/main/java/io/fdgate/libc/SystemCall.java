package io.fdgate.libc;

/**
 * A system call by its number (syscall(2)). Thread-safe.
 *
 * <p>The distribution brings a library with one function, compiled when it was built: to link a C
 * function by the foreign function interface (JEP 454) takes as long as the JVM's own start, and
 * memory (docs/performance.md). That is the way where there is no such library: a build without a C
 * compiler, or another architecture.
 */
final class SystemCall {
  private static final boolean COMPILED = load();

  private SystemCall() {}

  /** What the kernel returns: at least 0, or the negated errno. */
  static long call(long number, long a, long b, long c, long d, long e, long f) {
    return COMPILED
        ? compiled(number, a, b, c, d, e, f)
        : ForeignCall.call(number, a, b, c, d, e, f);
  }

  private static native long compiled(long number, long a, long b, long c, long d, long e, long f);

  private static boolean load() {
    try {
      System.loadLibrary("fdgate");
      return true;
    } catch (UnsatisfiedLinkError notThere) {
      return false;
    }
  }
}

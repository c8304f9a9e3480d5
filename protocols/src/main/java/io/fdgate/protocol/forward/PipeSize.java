package io.fdgate.protocol.forward;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Makes pipes larger, for which neither Java nor Netty has a call. Loaded with the first bulk, long
 * after the start.
 */
final class PipeSize {
  /**
   * What a pipe is to hold: with less both ends are woken more often, with more they wait longer
   * for each other.
   */
  private static final int BYTES = 512 * 1024;

  /** With less a buffer is faster. */
  private static final int LEAST_BYTES = 64 * 1024;

  private static final int F_SETPIPE_SZ = 1031;
  // fcntl(2) is variadic in C: the third argument is passed as a variable one.
  private static final MethodHandle FCNTL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("fcntl"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
              Linker.Option.firstVariadicArg(2));

  private PipeSize() {}

  /**
   * Enlarges a pipe as far as the kernel lets us.
   *
   * @throws IOException when the user has so many pages in pipes already that this one got next to
   *     none (pipe(7))
   */
  static void enlarge(FileDescriptor end) throws IOException {
    if (set(end, BYTES) < 0 && set(end, LEAST_BYTES) < 0) {
      throw new IOException("no pages are left for a pipe");
    }
  }

  private static int set(FileDescriptor end, int bytes) {
    try {
      return (int) FCNTL.invokeExact(end.intValue(), F_SETPIPE_SZ, bytes);
    } catch (RuntimeException | Error broken) {
      throw broken;
    } catch (Throwable unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }
}

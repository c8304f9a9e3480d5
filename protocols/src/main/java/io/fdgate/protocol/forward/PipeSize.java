package io.fdgate.protocol.forward;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.netty.channel.unix.FileDescriptor;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;

/**
 * Makes pipes larger, for which neither Java nor Netty has a call. Loaded with the first bulk, long
 * after the start.
 */
final class PipeSize {
  /**
   * What a pipe holds unless the kernel refuses: half of the calls and wake-ups. With twice as much
   * both ends wait longer for each other.
   */
  static final int BYTES = 128 * 1024;

  private static final int F_SETPIPE_SZ = 1031;
  // fcntl(2) is variadic in C: the third argument is passed as a variable one.
  private static final MethodHandle FCNTL =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("fcntl"),
              FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
              Linker.Option.firstVariadicArg(2));

  private PipeSize() {}

  /** Enlarges a pipe; one for which the user has no pages left keeps its size (pipe(7)). */
  static void enlarge(FileDescriptor end) {
    try {
      int unused = (int) FCNTL.invokeExact(end.intValue(), F_SETPIPE_SZ, BYTES);
    } catch (RuntimeException | Error broken) {
      throw broken;
    } catch (Throwable unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }
}

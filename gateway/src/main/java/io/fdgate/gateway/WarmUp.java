package io.fdgate.gateway;

import io.fdgate.protocol.Protocol;
import java.io.BufferedReader;
import java.io.FileReader;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import sun.misc.Unsafe;

/**
 * Threads that do early, on another core, what a start needs a few milliseconds later
 * (docs/performance.md). Nobody waits for them.
 */
final class WarmUp {
  private WarmUp() {}

  /** What the work of a warm-up may throw, where something is missing. */
  @FunctionalInterface
  private interface Work {
    void run() throws ReflectiveOperationException, IOException;
  }

  /**
   * Uses the JDK, at any time. It initializes no class of Netty: two threads that do could wait for
   * each other.
   */
  static void jdk() {
    begin(() -> {
      // In the order in which the main thread comes to it.
      lambdaForms();
      readers();
      try (Stream<?> providers = ServiceLoader.load(Protocol.class).stream()) {
        providers.forEach(_ -> {});
      }
    });
  }

  /**
   * Makes the tables of Netty's StringUtil, which is safe once the system properties are set and
   * there are loggers: it needs no other classes of Netty's but those for both, and they do not
   * need it.
   */
  static void nettyTables() {
    begin(() -> Class.forName("io.netty.util.internal.StringUtil"));
  }

  private static void begin(Work work) {
    Thread thread = new Thread(() -> run(work), "warm-up");
    thread.setDaemon(true);
    thread.start();
  }

  private static void run(Work work) {
    try {
      work.run();
    } catch (ReflectiveOperationException
        | IOException
        | LinkageError
        | ServiceConfigurationError missing) {
      return; // where it is needed it fails again, and is told
    }
  }

  /**
   * Those of the method handles that Netty makes when PlatformDependent is initialized. No class
   * archive holds them; the JDK keeps them by their shape, and Netty finds them there.
   */
  private static void lambdaForms() throws ReflectiveOperationException {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    Class<?> segments = Class.forName("java.lang.foreign.MemorySegment");
    MethodHandle segment =
        lookup.findStatic(segments, "ofBuffer", MethodType.methodType(segments, Buffer.class));
    MethodHandle address =
        lookup.findVirtual(segments, "address", MethodType.methodType(long.class));
    MethodHandles.filterArguments(address, 0, segment);
    lookup
        .findVirtual(
            Unsafe.class, "invokeCleaner", MethodType.methodType(void.class, ByteBuffer.class))
        .bindTo(null);
  }

  /** As Netty reads the longest queue of a listener. */
  private static void readers() throws IOException, ClassNotFoundException {
    try (BufferedReader reader =
        new BufferedReader(new FileReader("/proc/self/comm", StandardCharsets.UTF_8))) {
      reader.readLine();
    }
    Class.forName("java.net.NetworkInterface");
  }
}

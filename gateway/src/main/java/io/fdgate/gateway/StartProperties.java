package io.fdgate.gateway;

/**
 * System properties that decide the cold start and must be set before the first logger and the
 * first Netty class. What the command line of the JVM sets wins.
 */
final class StartProperties {
  private StartProperties() {}

  static void set() {
    setDefault("slf4j.internal.verbosity", "WARN");
    // Our provider, without a search of the class path.
    setDefault("slf4j.provider", "io.fdgate.gateway.log.DeferredLogging");
    // For the ids of channels, which are unique in a process without them. Netty would read the
    // network interfaces, and ask ProcessHandle, which makes a thread pool.
    setDefault("io.netty.machineId", "00:00:00:00:00:00");
    setDefault("io.netty.processId", "0");
    // Netty's flight-recorder events cost a fifth of a second at the first buffer.
    setDefault("io.netty.jfr.enabled", "false");
    setDefault("io.netty.leakDetection.level", "disabled");
    setDefault("io.netty.allocator.type", "pooled");
    // A small pool: small chunks, short queues, and no arenas on the heap, where nothing is pooled.
    setDefault("io.netty.allocator.maxOrder", "4");
    setDefault("io.netty.allocator.smallCacheSize", "64");
    setDefault("io.netty.allocator.normalCacheSize", "8");
    setDefault("io.netty.allocator.numHeapArenas", "0");
    setDefault(
        "io.netty.allocator.numDirectArenas",
        Integer.toString(Runtime.getRuntime().availableProcessors()));
    setDefault("io.netty.noUnsafe", "false");
    // What the JDK would find out by a search.
    setDefault("java.nio.channels.spi.SelectorProvider", "sun.nio.ch.EPollSelectorProvider");
  }

  private static void setDefault(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }
}

package io.fdgate.protocol.metrics;

import io.fdgate.protocol.BuildVersion;
import io.fdgate.protocol.metrics.Family.Points;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocatorMetric;
import io.netty.util.Version;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.IOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The process, the JVM and Netty's buffers, under the names that Prometheus's own clients use where
 * there are such.
 */
final class ProcessMetrics {
  private static final Path PROC = Path.of("/proc/self");
  private static final double CLOCK_TICKS_A_SECOND = 100;
  private static final double MILLIS = 1_000;
  private static final int KIB = 1024;

  private ProcessMetrics() {}

  static List<MetricSnapshot> read() {
    List<MetricSnapshot> read = new ArrayList<>(List.of(build(), buffers()));
    jvm(read);
    try {
      process(read);
    } catch (IOException hidden) {
      // /proc is not there for us; the rest is.
    }
    return read;
  }

  private static MetricSnapshot build() {
    return InfoSnapshot.builder()
        .name("fdgate_build")
        .help("What runs.")
        .dataPoint(
            InfoDataPointSnapshot.builder()
                .labels(
                    Labels.of(
                        "version", BuildVersion.text(),
                        "netty", netty(),
                        "java", Runtime.version().toString()))
                .build())
        .build();
  }

  private static String netty() {
    return Version.identify().values().stream()
        .map(Version::artifactVersion)
        .findFirst()
        .orElse("unknown");
  }

  private static MetricSnapshot buffers() {
    PooledByteBufAllocatorMetric pool = PooledByteBufAllocator.DEFAULT.metric();
    return new Family("fdgate_buffer_memory_bytes", "Memory that Netty's pool has taken.")
        .gauge(
            new Points()
                .add(Labels.of("area", "direct"), pool.usedDirectMemory())
                .add(Labels.of("area", "heap"), pool.usedHeapMemory()));
  }

  private static void jvm(List<MetricSnapshot> read) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    MemoryUsage other = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage();
    Labels ofHeap = Labels.of("area", "heap");
    Labels ofOther = Labels.of("area", "nonheap");
    read.add(
        new Family("jvm_memory_used_bytes", "Memory that the JVM uses.")
            .gauge(new Points().add(ofHeap, heap.getUsed()).add(ofOther, other.getUsed())));
    read.add(
        new Family("jvm_memory_committed_bytes", "Memory that the JVM has taken.")
            .gauge(
                new Points().add(ofHeap, heap.getCommitted()).add(ofOther, other.getCommitted())));
    read.add(
        new Family("jvm_memory_max_bytes", "Memory that the JVM may take; -1 is without a bound.")
            .gauge(new Points().add(ofHeap, heap.getMax()).add(ofOther, other.getMax())));
    Points collections = new Points();
    Points seconds = new Points();
    for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
      Labels labels = Labels.of("gc", each.getName());
      collections.add(labels, each.getCollectionCount());
      seconds.add(labels, each.getCollectionTime() / MILLIS);
    }
    read.add(new Family("jvm_gc_collections", "Garbage collections.").counter(collections));
    read.add(
        new Family("jvm_gc_collection_seconds", "Time spent in garbage collections.")
            .counter(seconds));
    read.add(
        new Family("jvm_threads_current", "Threads that run.")
            .gauge(ManagementFactory.getThreadMXBean().getThreadCount()));
    read.add(
        new Family("jvm_classes_currently_loaded", "Classes that are loaded.")
            .gauge(ManagementFactory.getClassLoadingMXBean().getLoadedClassCount()));
  }

  /** See proc(5). */
  private static void process(List<MetricSnapshot> read) throws IOException {
    String stat = Files.readString(PROC.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    double cpu = Double.parseDouble(fields[11]) + Double.parseDouble(fields[12]);
    read.add(
        new Family("process_cpu_seconds", "User and system time.")
            .counter(cpu / CLOCK_TICKS_A_SECOND));
    read.add(
        new Family("process_start_time_seconds", "When the JVM began, since the epoch.")
            .gauge(ManagementFactory.getRuntimeMXBean().getStartTime() / MILLIS));
    for (String line : Files.readAllLines(PROC.resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        read.add(
            new Family("process_resident_memory_bytes", "Resident memory.")
                .gauge(number(line) * KIB));
      } else if (line.startsWith("VmSize:")) {
        read.add(
            new Family("process_virtual_memory_bytes", "Virtual memory.")
                .gauge(number(line) * KIB));
      }
    }
    read.add(new Family("process_open_fds", "Open descriptors.").gauge(openDescriptors()));
    for (String line : Files.readAllLines(PROC.resolve("limits"))) {
      if (line.startsWith("Max open files")) {
        read.add(
            new Family("process_max_fds", "The most descriptors.")
                .gauge(number(line.substring("Max open files".length()))));
      }
    }
  }

  private static int openDescriptors() throws IOException {
    int count = 0;
    try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(PROC.resolve("fd"))) {
      for (Path each : descriptors) {
        count += each.getFileName() == null ? 0 : 1;
      }
    }
    return count - 1; // the folder itself
  }

  /** The first number of a line. */
  private static double number(String line) {
    String digits = line.replaceFirst("\\D*(\\d+).*", "$1");
    return Double.parseDouble(digits);
  }
}

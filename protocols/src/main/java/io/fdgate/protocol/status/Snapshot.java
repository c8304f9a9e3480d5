package io.fdgate.protocol.status;

import io.fdgate.libc.Libc;
import io.fdgate.protocol.BuildVersion;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.DropReason;
import io.fdgate.protocol.JsonWriter;
import io.fdgate.protocol.RejectReason;
import io.fdgate.protocol.ServedSockets;
import io.fdgate.protocol.ServedSockets.ServedSocket;
import io.netty.buffer.PooledByteBufAllocator;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * What there is to show at one moment.
 *
 * @param version of fdgate
 * @param uptime of the process
 * @param sockets everything that is served
 */
record Snapshot(String version, Duration uptime, List<ServedSocket> sockets) {
  private static final int STATUS_CLASSES = 6;

  Snapshot {
    sockets = List.copyOf(sockets);
  }

  static Snapshot of(ServedSockets served) {
    return new Snapshot(
        BuildVersion.text(),
        Duration.ofNanos(System.nanoTime() - StatusProtocol.BEGAN_NANOS),
        served.sockets());
  }

  static long rejected(Counters counters) {
    long sum = 0;
    for (RejectReason reason : RejectReason.values()) {
      sum += counters.connectionsRejected(reason);
    }
    return sum;
  }

  static long dropped(Counters counters) {
    long sum = 0;
    for (DropReason reason : DropReason.values()) {
      sum += counters.datagramsDropped(reason);
    }
    return sum;
  }

  static long requests(Counters counters) {
    long sum = 0;
    for (int each = 1; each < STATUS_CLASSES; each++) {
      sum += counters.requestsAnswered(each);
    }
    return sum;
  }

  String toJson() {
    Runtime jvm = Runtime.getRuntime();
    JsonWriter json = new JsonWriter();
    json.object()
        .member("version", version)
        .member("pid", Libc.pid())
        .member("time_millis", System.currentTimeMillis())
        .member("uptime_millis", uptime.toMillis())
        .member("heap_bytes", jvm.totalMemory() - jvm.freeMemory())
        .member("buffer_bytes", PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory())
        .name("sockets")
        .array();
    sockets.forEach(socket -> write(json, socket));
    return json.endArray().endObject().toString();
  }

  private static void write(JsonWriter json, ServedSocket socket) {
    Counters counters = socket.counters();
    json.object()
        .member("fd", socket.fd())
        .member("name", socket.name())
        .member("kind", socket.kind())
        .member("address", socket.address().toString())
        .member("protocol", socket.protocol());
    if (socket.isStream()) {
      json.member("connections_open", counters.openConnections())
          .member("connections", counters.connections())
          .member("peer_faults", counters.peerFaults());
      writeRejected(json, counters);
      writeRequests(json, counters);
    } else {
      json.member("datagrams_received", counters.datagramsReceived())
          .member("datagrams_sent", counters.datagramsSent());
      writeDropped(json, counters);
    }
    json.member("bytes_received", counters.bytesReceived())
        .member("bytes_sent", counters.bytesSent())
        .endObject();
  }

  private static void writeRejected(JsonWriter json, Counters counters) {
    json.name("connections_rejected").object();
    for (RejectReason reason : RejectReason.values()) {
      writeCount(json, key(reason), counters.connectionsRejected(reason));
    }
    json.endObject();
  }

  private static void writeDropped(JsonWriter json, Counters counters) {
    json.name("datagrams_dropped").object();
    for (DropReason reason : DropReason.values()) {
      writeCount(json, key(reason), counters.datagramsDropped(reason));
    }
    json.endObject();
  }

  private static void writeRequests(JsonWriter json, Counters counters) {
    json.name("requests").object();
    for (int each = 1; each < STATUS_CLASSES; each++) {
      writeCount(json, each + "xx", counters.requestsAnswered(each));
    }
    json.endObject();
  }

  /** What has not happened is left out. */
  private static void writeCount(JsonWriter json, String name, long count) {
    if (count > 0) {
      json.member(name, count);
    }
  }

  private static String key(Enum<?> reason) {
    return reason.name().toLowerCase(Locale.ROOT);
  }
}

package io.fdgate.protocol.metrics;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.DropReason;
import io.fdgate.protocol.LatencyHistogram;
import io.fdgate.protocol.RejectReason;
import io.fdgate.protocol.ServedSockets.ServedSocket;
import io.fdgate.protocol.metrics.Family.Points;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/** What is counted for each socket. Sockets of one name, kind and protocol count together. */
final class SocketMetrics {
  private static final int STATUS_CLASSES = 6;

  private final List<ServedSocket> streams;
  private final List<ServedSocket> datagrams;
  private final List<ServedSocket> all;

  private SocketMetrics(List<ServedSocket> sockets) {
    all = sockets;
    streams = sockets.stream().filter(ServedSocket::isStream).toList();
    datagrams = sockets.stream().filter(socket -> !socket.isStream()).toList();
  }

  static List<MetricSnapshot> of(List<ServedSocket> sockets) {
    return new SocketMetrics(sockets).read();
  }

  private List<MetricSnapshot> read() {
    List<MetricSnapshot> read = new ArrayList<>();
    read.add(info());
    read.add(
        new Family("fdgate_connections_open", "Connections that are open now.")
            .gauge(points(streams, Counters::openConnections)));
    read.add(counter("fdgate_connections", "Connections.", streams, Counters::connections));
    read.add(rejected());
    read.add(
        counter(
            "fdgate_peer_faults",
            "Connections that a peer broke: a reset, malformed input, a limit.",
            streams,
            Counters::peerFaults));
    read.add(
        counter(
            "fdgate_received_bytes",
            "Payload that came from peers.",
            all,
            Counters::bytesReceived));
    read.add(counter("fdgate_sent_bytes", "Payload sent to peers.", all, Counters::bytesSent));
    read.add(
        counter(
            "fdgate_datagrams_received",
            "Datagrams that came from peers.",
            datagrams,
            Counters::datagramsReceived));
    read.add(
        counter(
            "fdgate_datagrams_sent",
            "Datagrams sent to peers.",
            datagrams,
            Counters::datagramsSent));
    read.add(dropped());
    read.add(requests());
    read.add(
        times(
            "fdgate_activation",
            "From the start of the process until the socket was served.",
            Counters::activationTimes));
    read.add(
        times(
            "fdgate_http_request",
            "From the head of an HTTP request to the end of its answer.",
            Counters::requestTimes));
    read.add(
        times(
            "fdgate_forward_connect",
            "Until an upstream took a forwarded connection.",
            Counters::connectTimes));
    return read;
  }

  private MetricSnapshot info() {
    Points points = new Points();
    for (ServedSocket socket : all) {
      points.add(
          labels(socket)
              .add("address", socket.address().toString())
              .add("fd", Integer.toString(socket.fd())),
          1);
    }
    return new Family("fdgate_socket_info", "What is served where.").gauge(points);
  }

  private MetricSnapshot rejected() {
    Points points = new Points();
    for (ServedSocket socket : streams) {
      for (RejectReason reason : RejectReason.values()) {
        points.add(reason(socket, reason), socket.counters().connectionsRejected(reason));
      }
    }
    return new Family("fdgate_connections_rejected", "Connections that were turned away.")
        .counter(points);
  }

  private MetricSnapshot dropped() {
    Points points = new Points();
    for (ServedSocket socket : datagrams) {
      for (DropReason reason : DropReason.values()) {
        points.add(reason(socket, reason), socket.counters().datagramsDropped(reason));
      }
    }
    return new Family("fdgate_datagrams_dropped", "Datagrams that went unanswered.")
        .counter(points);
  }

  /** A status class has a series from its first request on. */
  private MetricSnapshot requests() {
    Points points = new Points();
    for (ServedSocket socket : streams) {
      for (int each = 1; each < STATUS_CLASSES; each++) {
        long count = socket.counters().requestsAnswered(each);
        if (count > 0) {
          points.add(labels(socket).add("status", each + "xx"), count);
        }
      }
    }
    return new Family("fdgate_http_requests", "HTTP requests by the class of their status.")
        .counter(points);
  }

  /** Only of what has happened: most sockets have neither requests nor upstreams. */
  private MetricSnapshot times(
      String name, String help, Function<Counters, Optional<LatencyHistogram>> taken) {
    Map<Labels, List<LatencyHistogram>> times = new LinkedHashMap<>();
    for (ServedSocket socket : all) {
      taken
          .apply(socket.counters())
          .filter(histogram -> histogram.sumNanos() > 0)
          .ifPresent(histogram ->
              times.computeIfAbsent(labels(socket), _ -> new ArrayList<>()).add(histogram));
    }
    return new Family(name, help).histogram(times);
  }

  private static MetricSnapshot counter(
      String name, String help, List<ServedSocket> sockets, ToDoubleFunction<Counters> count) {
    return new Family(name, help).counter(points(sockets, count));
  }

  private static Points points(List<ServedSocket> sockets, ToDoubleFunction<Counters> count) {
    Points points = new Points();
    for (ServedSocket socket : sockets) {
      points.add(labels(socket), count.applyAsDouble(socket.counters()));
    }
    return points;
  }

  private static Labels labels(ServedSocket socket) {
    return Labels.of("socket", socket.name(), "kind", socket.kind(), "protocol", socket.protocol());
  }

  private static Labels reason(ServedSocket socket, Enum<?> reason) {
    return labels(socket).add("reason", reason.name().toLowerCase(Locale.ROOT));
  }
}

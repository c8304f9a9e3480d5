package io.fdgate.protocol.metrics;

import io.fdgate.protocol.LatencyHistogram;
import io.fdgate.protocol.ServedSockets.ServedSocket;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One scrape. The first class that needs the Prometheus library.
 *
 * @param contentType the format
 * @param text in that format
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Exposition(String contentType, byte[] text) {
  /**
   * Reads everything. It reads files, and so blocks.
   *
   * @param accept the client's Accept field: OpenMetrics if it asks for that
   */
  static Exposition of(String accept, List<ServedSocket> sockets, LatencyHistogram lag) {
    OpenMetricsTextFormatWriter openMetrics = OpenMetricsTextFormatWriter.create();
    ExpositionFormatWriter writer =
        openMetrics.accepts(accept) ? openMetrics : PrometheusTextFormatWriter.create();
    List<MetricSnapshot> all = new ArrayList<>(SocketMetrics.of(sockets));
    all.addAll(ProcessMetrics.read());
    all.add(
        new Family(
                "fdgate_event_loop_lag", "How late the event loops are, looked at twice a second.")
            .histogram(lag));
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try {
      writer.write(text, new MetricSnapshots(all));
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return new Exposition(writer.getContentType(), text.toByteArray());
  }
}

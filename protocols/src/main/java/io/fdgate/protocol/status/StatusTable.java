package io.fdgate.protocol.status;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.ServedSockets.ServedSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The table that curl shows. */
final class StatusTable {
  private static final List<String> HEADINGS =
      List.of(
          "FD",
          "NAME",
          "KIND",
          "ADDRESS",
          "PROTOCOL",
          "OPEN",
          "TOTAL",
          "REQUESTS",
          "RECEIVED",
          "SENT",
          "LOST");
  private static final int FIRST_NUMBER = 5;
  private static final long KIB = 1024;
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private StatusTable() {}

  static String of(Snapshot snapshot) {
    List<List<String>> rows = new ArrayList<>(List.of(HEADINGS));
    snapshot.sockets().forEach(socket -> rows.add(row(socket)));
    int[] widths = new int[HEADINGS.size()];
    for (List<String> row : rows) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    StringBuilder text = new StringBuilder();
    text.append("fdgate ").append(snapshot.version()).append(", up ");
    text.append(time(snapshot.uptime())).append("\n\n");
    rows.forEach(row -> append(text, row, widths));
    text.append(
        """

        OPEN and TOTAL: connections, or datagrams received. LOST: connections that were turned away
        or broken by the peer, or datagrams dropped. JSON: Accept: application/json. A browser shows
        a page; /events has an event a second.
        """);
    return text.toString();
  }

  private static List<String> row(ServedSocket socket) {
    Counters counters = socket.counters();
    boolean stream = socket.isStream();
    long requests = Snapshot.requests(counters);
    return List.of(
        Integer.toString(socket.fd()),
        socket.name(),
        socket.kind(),
        socket.address().toString(),
        socket.protocol(),
        stream ? Long.toString(counters.openConnections()) : "-",
        Long.toString(stream ? counters.connections() : counters.datagramsReceived()),
        requests == 0 ? "-" : Long.toString(requests),
        size(counters.bytesReceived()),
        size(counters.bytesSent()),
        Long.toString(
            stream
                ? Snapshot.rejected(counters) + counters.peerFaults()
                : Snapshot.dropped(counters)));
  }

  /** Numbers to the right, words to the left. */
  private static void append(StringBuilder text, List<String> row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < widths.length; i++) {
      String padding = " ".repeat(widths[i] - row.get(i).length());
      line.append(i == 0 ? "" : "  ");
      line.append(i < FIRST_NUMBER ? row.get(i) + padding : padding + row.get(i));
    }
    text.append(line.toString().stripTrailing()).append('\n');
  }

  static String size(long bytes) {
    double value = bytes;
    int unit = 0;
    while (value >= KIB && unit < UNITS.length - 1) {
      value /= KIB;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format("%.1f %s", value, UNITS[unit]);
  }

  static String time(Duration span) {
    if (span.toDays() > 0) {
      return span.toDays() + " d " + span.toHoursPart() + " h";
    }
    if (span.toHours() > 0) {
      return span.toHours() + " h " + span.toMinutesPart() + " min";
    }
    return span.toMinutes() > 0
        ? span.toMinutes() + " min " + span.toSecondsPart() + " s"
        : span.toSeconds() + " s";
  }
}

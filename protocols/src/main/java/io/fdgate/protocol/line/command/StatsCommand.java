package io.fdgate.protocol.line.command;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.DropReason;
import io.fdgate.protocol.ServedSockets.ServedSocket;
import io.fdgate.protocol.line.LineAnswer;
import io.fdgate.protocol.line.LineCommand;
import io.fdgate.protocol.line.LineRequest;

/** {@code STATS}: what was counted for each socket since the start. */
public final class StatsCommand implements LineCommand {
  /** For ServiceLoader. */
  public StatsCommand() {}

  @Override
  public String name() {
    return "STATS";
  }

  @Override
  public String summary() {
    return "what was counted for each socket since the start";
  }

  @Override
  public LineAnswer answer(LineRequest request) {
    Fields fields = new Fields();
    for (ServedSocket each : request.socket().served().sockets()) {
      Counters counters = each.counters();
      fields
          .add("fd", each.fd())
          .add("name", each.name())
          .add("connections", counters.connections())
          .add("open", counters.openConnections())
          .add("peer_faults", counters.peerFaults())
          .add("datagrams_received", counters.datagramsReceived())
          .add("datagrams_sent", counters.datagramsSent())
          .add("datagrams_dropped", dropped(counters))
          .endRecord();
    }
    return LineAnswer.ok(fields.toString());
  }

  private static long dropped(Counters counters) {
    long sum = 0;
    for (DropReason reason : DropReason.values()) {
      sum += counters.datagramsDropped(reason);
    }
    return sum;
  }
}

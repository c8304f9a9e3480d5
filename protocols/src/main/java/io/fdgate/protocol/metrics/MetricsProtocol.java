package io.fdgate.protocol.metrics;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import io.fdgate.protocol.http.HttpService;

/** Metrics for Prometheus, by HTTP on any stream socket. */
public final class MetricsProtocol implements StreamProtocol {
  /** For ServiceLoader. */
  public MetricsProtocol() {}

  @Override
  public String name() {
    return "metrics";
  }

  @Override
  public String summary() {
    return "shows what is counted to Prometheus";
  }

  @Override
  public boolean observes() {
    return true;
  }

  @Override
  public ConnectionInitializer connections(SocketContext socket) {
    return HttpService.of(socket, new MetricsRoute(socket.served()));
  }
}

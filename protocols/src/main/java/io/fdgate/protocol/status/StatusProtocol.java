package io.fdgate.protocol.status;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import io.fdgate.protocol.http.HttpService;

/** A page about the gateway itself, by HTTP on any stream socket. */
public final class StatusProtocol implements StreamProtocol {
  /** About when the process began: every start loads the protocols. /proc may be hidden from us. */
  static final long BEGAN_NANOS = System.nanoTime();

  /** For ServiceLoader. */
  public StatusProtocol() {}

  @Override
  public String name() {
    return "status";
  }

  @Override
  public String summary() {
    return "shows what is served and counted: a page, a table, JSON";
  }

  @Override
  public boolean observes() {
    return true;
  }

  @Override
  public ConnectionInitializer connections(SocketContext socket) {
    return HttpService.of(socket, new StatusRoute(socket.served()));
  }
}

package io.fdgate.protocol.http;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.SocketContext;
import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** The handlers of each connection. */
final class HttpPipeline implements ConnectionInitializer {
  static final String IDLE = "idle";
  static final String DECODER = "decoder";
  static final String ENCODER = "encoder";
  static final String CONNECTION = "http";

  private final HttpServer server;

  /** Not the threads' own, which would stay behind with each reload. */
  private final ConcurrentMap<EventLoop, LastHead> lastHeads = new ConcurrentHashMap<>();

  private HttpPipeline(HttpServer server) {
    this.server = server;
  }

  static HttpPipeline of(SocketContext socket) throws SettingException {
    Limits limits = Limits.of(socket.settings());
    AccessLog accessLog = AccessLog.of(socket.settings().get(HttpSettings.ACCESS_LOG));
    return of(socket, limits, Router.of(socket, limits), accessLog);
  }

  static HttpPipeline of(SocketContext socket, Limits limits, Route routes, AccessLog accessLog) {
    return new HttpPipeline(new HttpServer(socket, limits, routes, new HttpClock(), accessLog));
  }

  @Override
  public void initialize(Channel connection) {
    RequestDecoder decoder = new RequestDecoder(server.limits(), lastHeads);
    ResponseEncoder encoder = new ResponseEncoder();
    connection
        .pipeline()
        .addLast(IDLE, new IdleWatch(server.limits().idleMillis()))
        // In this order: WebSocket's handlers, which take their places, write from the decoder.
        .addLast(ENCODER, encoder)
        .addLast(DECODER, decoder)
        .addLast(CONNECTION, new HttpConnection(server, decoder, encoder));
  }
}

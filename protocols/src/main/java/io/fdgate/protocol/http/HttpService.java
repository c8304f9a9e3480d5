package io.fdgate.protocol.http;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.SocketContext;

/**
 * HTTP for other protocols that have something to show: their content behind the same codecs, the
 * same strictness and the same limits, at their defaults, and without an access log.
 */
public final class HttpService {
  private HttpService() {}

  /** Serves the connections of a socket with nothing but the given content. */
  public static ConnectionInitializer of(SocketContext socket, Route content) {
    return HttpPipeline.of(
        socket, Limits.of(Settings.DEFAULTS), Router.of(content), AccessLog.of(false));
  }
}

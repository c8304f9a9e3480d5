package io.fdgate.protocol.http;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import java.util.List;

/**
 * HTTP/1.1 and HTTP/2 over any stream socket. It refers to the codec only once a socket is served.
 */
public final class HttpProtocol implements StreamProtocol {
  /** For ServiceLoader. */
  public HttpProtocol() {}

  @Override
  public String name() {
    return "http";
  }

  @Override
  public String summary() {
    return "serves files and test endpoints by HTTP/1.1 and HTTP/2";
  }

  @Override
  public List<Setting<?>> settings() {
    return HttpSettings.ALL;
  }

  @Override
  public ConnectionInitializer connections(SocketContext socket) throws SettingException {
    return HttpPipeline.of(socket);
  }
}

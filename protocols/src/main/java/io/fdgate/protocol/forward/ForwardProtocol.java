package io.fdgate.protocol.forward;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import java.util.List;

/** Connections carried to other programs. */
public final class ForwardProtocol implements StreamProtocol {
  /** For ServiceLoader. */
  public ForwardProtocol() {}

  @Override
  public String name() {
    return "forward";
  }

  @Override
  public String summary() {
    return "carries connections to another program";
  }

  @Override
  public List<Setting<?>> settings() {
    return ForwardSettings.ALL;
  }

  @Override
  public ConnectionInitializer connections(SocketContext socket) throws SettingException {
    ForwardService service = ForwardService.prepare(socket);
    return connection -> TakeOver.of(connection, service);
  }
}

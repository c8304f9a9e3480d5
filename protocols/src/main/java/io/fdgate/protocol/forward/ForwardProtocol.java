package io.fdgate.protocol.forward;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.DatagramProtocol;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import java.util.List;

/** Connections and datagrams carried to other programs. */
public final class ForwardProtocol implements StreamProtocol, DatagramProtocol {
  /** For ServiceLoader. */
  public ForwardProtocol() {}

  @Override
  public String name() {
    return "forward";
  }

  @Override
  public String summary() {
    return "carries connections and datagrams to another program";
  }

  @Override
  public List<Setting<?>> settings() {
    return ForwardSettings.ALL;
  }

  @Override
  public ConnectionInitializer connections(SocketContext socket) throws SettingException {
    ForwardService service = ForwardService.prepare(socket, true);
    return connection -> TakeOver.of(connection, service);
  }

  @Override
  public boolean keepsConnections() {
    return true;
  }

  @Override
  public boolean takesSockets() {
    return true;
  }

  @Override
  public DatagramHandler datagrams(SocketContext socket) throws SettingException {
    return new Sessions(ForwardService.prepare(socket, false));
  }
}

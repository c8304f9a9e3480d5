package io.fdgate.protocol.line;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.DatagramProtocol;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;
import java.util.List;

/** One answer line for each request line, over streams and datagrams. */
public final class LineProtocol implements StreamProtocol, DatagramProtocol {
  /** For ServiceLoader. */
  public LineProtocol() {}

  @Override
  public String name() {
    return "line";
  }

  @Override
  public String summary() {
    return "answers commands such as PING and TIME, a line for a line";
  }

  @Override
  public List<Setting<?>> settings() {
    return LineSettings.ALL;
  }

  @Override
  public ConnectionInitializer connections(SocketContext socket) throws SettingException {
    LineService service = new LineService(socket, LineCommands.load());
    return connection -> connection.pipeline().addLast("line", new LineHandler(service));
  }

  @Override
  public boolean keepsConnections() {
    return true;
  }

  @Override
  public DatagramHandler datagrams(SocketContext socket) throws SettingException {
    return new LineDatagrams(new LineService(socket, LineCommands.load()));
  }
}

package io.fdgate.protocol.echo;

import io.fdgate.protocol.ConnectionInitializer;
import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.DatagramProtocol;
import io.fdgate.protocol.SocketContext;
import io.fdgate.protocol.StreamProtocol;

/** The echo protocol (RFC 862) over streams and datagrams. */
public final class EchoProtocol implements StreamProtocol, DatagramProtocol {
  /** For ServiceLoader. */
  public EchoProtocol() {}

  @Override
  public String name() {
    return "echo";
  }

  @Override
  public String summary() {
    return "sends every byte and every datagram back";
  }

  @Override
  public ConnectionInitializer connections(SocketContext socket) {
    return connection -> {
      connection.config().setRecvByteBufAllocator(HotBuffer.OF_ITS_LOOP);
      connection.pipeline().addLast("echo", new EchoHandler(socket.counters()));
    };
  }

  @Override
  public boolean keepsConnections() {
    return true;
  }

  @Override
  public DatagramHandler datagrams(SocketContext socket) {
    return (content, peer) -> peer.reply(content);
  }
}

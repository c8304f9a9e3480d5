package io.fdgate.gateway.listener;

import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A TCP connection whose protocol uses the socket itself ({@link
 * io.fdgate.protocol.StreamProtocol#takesSockets}). It has a pipeline, an event loop and an end
 * like any other, but waits for no event, reads nothing and writes nothing: an epoll channel would
 * make eight system calls for each connection, of which such a protocol has nothing.
 */
final class TakenConnection extends AbstractChannel implements UnixChannel {
  private static final ChannelMetadata METADATA = new ChannelMetadata(false);

  private final LinuxSocket socket;
  private final InetSocketAddress peer;
  private final ChannelConfig config = new DefaultChannelConfig(this);

  /**
   * A connection that was just accepted.
   *
   * @param socket owned from now on
   * @param peer where it comes from
   */
  TakenConnection(LinuxSocket socket, InetSocketAddress peer) {
    super(null);
    this.socket = socket;
    this.peer = peer;
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public ChannelConfig config() {
    return config;
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  @Override
  public boolean isActive() {
    return socket.isOpen();
  }

  @Override
  public ChannelMetadata metadata() {
    return METADATA;
  }

  @Override
  protected boolean isCompatible(EventLoop loop) {
    return loop instanceof IoEventLoop;
  }

  /** Asked only while it is open: the descriptor may be another connection's afterwards. */
  @Override
  protected @Nullable SocketAddress localAddress0() {
    return isOpen() ? socket.localAddress() : null;
  }

  @Override
  protected SocketAddress remoteAddress0() {
    return peer;
  }

  @Override
  protected void doClose() throws IOException {
    socket.close();
  }

  @Override
  protected void doDisconnect() throws IOException {
    doClose();
  }

  /** The protocol waits for what it wants to read. */
  @Override
  protected void doBeginRead() {}

  @Override
  protected void doBind(SocketAddress localAddress) {
    throw new UnsupportedOperationException("the connection is established");
  }

  @Override
  protected void doWrite(ChannelOutboundBuffer unsent) {
    throw new UnsupportedOperationException("its protocol writes to the socket itself");
  }

  @Override
  protected AbstractUnsafe newUnsafe() {
    return new Unsafe();
  }

  private final class Unsafe extends AbstractUnsafe {
    @Override
    public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
      promise.setFailure(new UnsupportedOperationException("the connection is established"));
    }
  }
}

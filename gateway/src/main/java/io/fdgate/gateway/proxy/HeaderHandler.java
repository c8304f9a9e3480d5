package io.fdgate.gateway.proxy;

import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.GatewayEvent;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.Printable;
import io.fdgate.protocol.Proxied;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol.AddressFamily;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the header of a connection from Netty's decoder, which is before it, and then makes place
 * for the protocol: that sees the connection begin when the header is complete.
 */
final class HeaderHandler extends ChannelInboundHandlerAdapter {
  // The specification asks for 3 s at least, so that a lost segment can be sent again.
  private static final long PATIENCE_SECONDS = 5;

  private static final Logger logger = LoggerFactory.getLogger(HeaderHandler.class);

  private final ProxyEdge edge;
  private @Nullable Future<?> timer;
  private boolean ended;

  HeaderHandler(ProxyEdge edge) {
    this.edge = edge;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    timer =
        ctx.executor()
            .schedule(
                () -> refuse(ctx, "its PROXY header did not come in " + PATIENCE_SECONDS + " s"),
                PATIENCE_SECONDS,
                TimeUnit.SECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    HAProxyMessage header = (HAProxyMessage) message;
    try {
      client(header).ifPresent(proxied -> Proxied.set(ctx.channel(), proxied));
    } finally {
      header.release();
    }
    stop();
    edge.serve(ctx.channel());
    ctx.fireChannelRegistered();
    ctx.fireChannelActive();
    // What came behind the header is read next: the decoder passes it on when it leaves.
    ctx.pipeline().remove(this);
  }

  /** Nothing if the connection is the proxy's own (LOCAL), or the proxy does not know whose. */
  private static Optional<Proxied> client(HAProxyMessage header) {
    AddressFamily family = header.proxiedProtocol().addressFamily();
    if (header.command() == HAProxyCommand.LOCAL || family == AddressFamily.AF_UNSPEC) {
      return Optional.empty();
    }
    if (family == AddressFamily.AF_UNIX) {
      return Optional.of(
          new Proxied(
              Endpoint.Unix.ofPath(header.sourceAddress()),
              Endpoint.Unix.ofPath(header.destinationAddress())));
    }
    return Optional.of(
        new Proxied(
            inet(header.sourceAddress(), header.sourcePort()),
            inet(header.destinationAddress(), header.destinationPort())));
  }

  private static Endpoint inet(String address, int port) {
    return new Endpoint.Inet(
        new InetSocketAddress(NetUtil.createInetAddressFromIpAddressString(address), port));
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      refuse(ctx, "it ended within its PROXY header");
    } else if (event == GatewayEvent.DRAIN) {
      stop();
      ctx.close();
    } else {
      ctx.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    refuse(ctx, "it ended within its PROXY header");
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    logger.debug(LogEvent.CONNECTION_BROKEN, "no PROXY header: {}", Printable.of(cause.toString()));
    refuse(ctx, "it did not begin with a PROXY header");
  }

  private void refuse(ChannelHandlerContext ctx, String why) {
    if (!ended) {
      stop();
      edge.refuse(ctx.channel(), why);
    }
  }

  private void stop() {
    ended = true;
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}

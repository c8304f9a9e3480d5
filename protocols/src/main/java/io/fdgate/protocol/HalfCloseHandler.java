package io.fdgate.protocol;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an epoll connection writable after its peer half-closed it. The gateway puts it first into
 * every connection's pipeline.
 *
 * <p>When the peer has shut its output, Netty 4.2.18 gives up EPOLLRDHUP and, when nothing is to be
 * read, EPOLLIN. With no event left it takes the descriptor out of epoll but forgets that it did:
 * the next wish to read or to wait for room to write fails with ENOENT and closes the connection in
 * the middle of an answer. EPOLLERR, which epoll reports in any case, keeps the set from being
 * empty. Netty's channels are final and the method is theirs, hence the reflection.
 */
public final class HalfCloseHandler extends ChannelInboundHandlerAdapter {
  private static final Logger logger = LoggerFactory.getLogger(HalfCloseHandler.class);

  /** EPOLLERR of epoll_ctl(2). */
  private static final int EPOLLERR = 0x008;

  /** For the gateway, and for tests of protocols. */
  public HalfCloseHandler() {}

  /**
   * Not by Netty's annotation: to read one, the JVM spins dynamic proxies at the first connection.
   */
  @Override
  public boolean isSharable() {
    return true;
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      stayRegistered(ctx.channel());
    }
    ctx.fireUserEventTriggered(event);
  }

  private static void stayRegistered(Channel channel) {
    Method setFlag = EpollChannel.SET_FLAG;
    if (setFlag != null && setFlag.getDeclaringClass().isInstance(channel)) {
      try {
        setFlag.invoke(channel, EPOLLERR);
      } catch (ReflectiveOperationException broken) {
        throw new IllegalStateException(broken);
      }
    }
  }

  /** Netty's method, looked up when the first peer half-closes. */
  private static final class EpollChannel {
    static final @Nullable Method SET_FLAG = find();

    private EpollChannel() {}

    private static @Nullable Method find() {
      try {
        Method method =
            Class.forName("io.netty.channel.epoll.AbstractEpollChannel")
                .getDeclaredMethod("setFlag", int.class);
        method.setAccessible(true);
        return method;
      } catch (ReflectiveOperationException | RuntimeException refused) {
        logger.warn(
            LogEvent.SYSTEM_REFUSED,
            "answers to peers that half-close may be cut short: Netty does not let its epoll"
                + " registration be kept",
            refused);
        return null;
      }
    }
  }
}

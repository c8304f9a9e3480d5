package io.fdgate.protocol.forward;

import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.DatagramPeer;
import io.fdgate.protocol.DropReason;
import io.fdgate.protocol.LogEvent;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.IoEventLoop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries the datagrams of one inherited socket: a {@link Session} for each client, by its address
 * and the one that it wrote to. Used on the socket's event loop.
 */
final class Sessions implements DatagramHandler {
  private static final Logger logger = LoggerFactory.getLogger(Sessions.class);
  // The longest that is carried; Unix datagrams can be longer than those of UDP.
  private static final int LONGEST = 256 * 1024;
  // What waits for upstreams, of all clients together.
  private static final int MOST_HELD = 4 * 1024 * 1024;

  private final ForwardService service;
  private final int most;
  private final Map<DatagramPeer, Session> open = new HashMap<>();
  private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
  private @Nullable IoEventLoop loop;
  private int held;

  Sessions(ForwardService service) {
    this.service = service;
    this.most = service.socket().settings().get(ForwardSettings.MAX_SESSIONS);
  }

  @Override
  public void started(IoEventLoop socketLoop) {
    loop = socketLoop;
    // One byte more shows that a datagram was longer.
    buffer = Unpooled.directBuffer(LONGEST + 1);
  }

  @Override
  public void datagram(ByteBuf content, DatagramPeer peer) {
    DatagramPeer client = peer.lasting();
    Session session = open.get(client);
    if (session == null) {
      if (open.size() >= most) {
        refuse();
        return;
      }
      session = new Session(this, client);
      open.put(client, session);
      session.start();
    }
    session.fromClient(content);
  }

  private void refuse() {
    drop(DropReason.NO_SESSION);
    service
        .throttle()
        .pass()
        .ifPresent(heldBack ->
            logger.warn(
                LogEvent.CLIENT_TURNED_AWAY,
                "{}: datagrams of a client were dropped, because max_sessions = {} others are"
                    + " carried; {} more were not logged",
                service.socket(),
                most,
                heldBack));
  }

  @Override
  public void stopped() {
    List.copyOf(open.values()).forEach(Session::abandon);
    buffer.release();
    buffer = Unpooled.EMPTY_BUFFER;
  }

  ForwardService service() {
    return service;
  }

  IoEventLoop loop() {
    if (loop == null) {
      throw new IllegalStateException("not started");
    }
    return loop;
  }

  /** Where datagrams are received; empty. */
  ByteBuf buffer() {
    return buffer.clear();
  }

  /** Whether a received datagram is not all of it. */
  static boolean isTooLong(ByteBuf content) {
    return content.readableBytes() > LONGEST;
  }

  /** Makes room for a datagram that waits; false if there is none. */
  boolean hold(int bytes) {
    boolean room = held + bytes <= MOST_HELD;
    held += room ? bytes : 0;
    return room;
  }

  /** Gives the room back. */
  void letGo(int bytes) {
    held -= bytes;
  }

  void drop(DropReason reason) {
    service.socket().counters().datagramDropped(reason);
  }

  void ended(DatagramPeer client) {
    open.remove(client);
  }
}

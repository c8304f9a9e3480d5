package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.KeptName;
import io.fdgate.protocol.KeptConnection;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/**
 * Has the service manager hold one connection for as long as it is open, and ends it for both. Used
 * on the connection's event loop.
 */
final class KeptHandler extends ChannelDuplexHandler implements KeptConnection {
  private static final int NONE = -1;
  private static final long BUSY_MILLIS = 50;

  private final Keeper keeper;
  private final Channel connection;
  private final Held own;
  private final Held companion;
  private final boolean resumed;
  private int returned = NONE;
  private boolean left;
  private boolean closed;

  /** A descriptor, and what the manager knows of it. */
  private static final class Held {
    private final KeptName name;
    private int fd;
    private boolean reserved;
    private boolean stored;

    Held(KeptName name, int fd) {
      this.name = name;
      this.fd = fd;
    }

    boolean isWanted() {
      return fd != NONE && !stored;
    }
  }

  private KeptHandler(Keeper keeper, Channel connection, KeptName name, boolean resumed) {
    this.keeper = keeper;
    this.connection = connection;
    this.resumed = resumed;
    own = new Held(name, ((UnixChannel) connection).fd().intValue());
    companion = new Held(name.companion(), NONE);
    connection.closeFuture().addListener(_ -> closed());
  }

  /** For a connection that was just accepted, and is not known to the manager. */
  static KeptHandler ofNew(Keeper keeper, Channel connection, KeptName name) {
    return new KeptHandler(keeper, connection, name, false);
  }

  /**
   * For a connection that the manager has held, and still holds.
   *
   * @param returned the companion's descriptor, or -1
   */
  static KeptHandler ofResumed(Keeper keeper, Channel connection, KeptName name, int returned) {
    KeptHandler handler = new KeptHandler(keeper, connection, name, true);
    handler.returned = returned;
    handler.own.reserved = true;
    handler.own.stored = true;
    handler.companion.reserved = returned != NONE;
    handler.companion.stored = returned != NONE;
    return handler;
  }

  Channel connection() {
    return connection;
  }

  /** Whether the manager holds all of it. */
  boolean isKept() {
    return own.stored && !companion.isWanted();
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    store();
    ctx.fireChannelActive();
  }

  /** Has the manager hold what it does not hold yet. */
  void store() {
    if (!closed && store(own)) {
      store(companion);
    }
  }

  /** Returns whether it is held, or not to be. */
  private boolean store(Held held) {
    if (!held.isWanted()) {
      return true;
    }
    held.reserved = held.reserved || keeper.reserve(held.name);
    if (!held.reserved) {
      return false;
    }
    Keeper.Answer answer = keeper.add(held.name, held.fd);
    held.stored = answer == Keeper.Answer.DONE;
    if (answer == Keeper.Answer.BUSY) {
      connection.eventLoop().schedule((Runnable) this::store, BUSY_MILLIS, TimeUnit.MILLISECONDS);
    }
    return held.stored;
  }

  /** Close(2) does not end what another holds a copy of. */
  @Override
  public void close(ChannelHandlerContext ctx, ChannelPromise promise) {
    if (own.reserved && !left && ((UnixChannel) connection).fd() instanceof Socket socket) {
      KeptConnection.end(socket);
    }
    ctx.close(promise);
  }

  private void closed() {
    closed = true;
    if (returned != NONE) {
      close(returned);
    }
    keeper.forget(this);
    for (Held held : new Held[] {own, companion}) {
      if (held.reserved && !left) {
        keeper.remove(held.name, connection);
      }
    }
  }

  private static void close(int fd) {
    try {
      Socket socket = new Socket(fd);
      KeptConnection.end(socket);
      socket.close();
    } catch (IOException refused) {
      throw new IllegalStateException(refused);
    }
  }

  @Override
  public boolean isResumed() {
    return resumed;
  }

  @Override
  public OptionalInt takeCompanion() {
    OptionalInt taken = returned == NONE ? OptionalInt.empty() : OptionalInt.of(returned);
    returned = NONE;
    return taken;
  }

  @Override
  public void keepWith(int fd) {
    companion.fd = fd;
    store();
  }

  @Override
  public void leave() {
    left = isKept();
    connection.close();
  }
}

package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.KeptName;
import io.fdgate.gateway.systemd.DescriptorStore;
import io.fdgate.protocol.KeptConnection;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.StreamProtocol;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the service manager hold connections, so that they go on in the next process
 * (keep_connections). Thread-safe.
 *
 * <p>Until {@link #open} nothing is held, and what is to be given up waits.
 */
public final class Keeper {
  private static final Logger logger = LoggerFactory.getLogger(Keeper.class);
  private static final long BUSY_MILLIS = 50;

  /** All names are one string of the environment, which may have 128 KiB (execve(2)). */
  private static final int MOST_NAME_BYTES = 96 * 1024;

  private final boolean keeping;
  private final Set<KeptHandler> handlers = ConcurrentHashMap.newKeySet();
  private final Queue<KeptName> given = new ConcurrentLinkedQueue<>();
  private final AtomicLong lastId = new AtomicLong();
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicInteger nameBytes = new AtomicInteger();
  private volatile @Nullable DescriptorStore store;
  private volatile int capacity;

  /** What the service manager made of a wish. */
  enum Answer {
    DONE,
    /** To be asked again later. */
    BUSY,
    /** Not now and not later. */
    REFUSED
  }

  /**
   * A keeper that holds nothing.
   *
   * @param keeping false if only what an earlier process has left is to be given up
   */
  public Keeper(boolean keeping) {
    this.keeping = keeping;
  }

  /**
   * Begins to have connections held, those that are open too. Main thread; may wait for the
   * manager.
   *
   * @param manager nothing if there is none
   */
  public void open(Optional<DescriptorStore> manager, Map<String, String> environment) {
    String none = "NOTIFY_SOCKET is not set";
    if (manager.isPresent()) {
      capacity = keeping ? capacity(manager.get(), environment) : 0;
      store = manager.get();
      none =
          environment.containsKey("container")
              ? "Podman passes no descriptor on to systemd"
              : "set FileDescriptorStoreMax= in the unit";
      for (KeptHandler handler : handlers) {
        handler.connection().eventLoop().execute(handler::store);
      }
      for (KeptName name = given.poll(); name != null; name = given.poll()) {
        remove(name);
      }
    }
    if (keeping && capacity == 0) {
      logger.warn(
          LogEvent.DOUBTFUL_SETTING,
          "keep_connections does nothing: the service manager holds no descriptors for this service"
              + " ({})",
          none);
    }
  }

  /** What systemd says from version 254 on; before it only whether there is room can be tried. */
  private static int capacity(DescriptorStore manager, Map<String, String> environment) {
    String announced = environment.getOrDefault("FDSTORE", "");
    try {
      if (!announced.isEmpty()) {
        return Integer.parseInt(announced);
      }
      return manager.holds(new KeptName(0, "", "").toString()) ? Integer.MAX_VALUE : 0;
    } catch (NumberFormatException | IOException refused) {
      logger.warn(LogEvent.NOTIFY_FAILED, "no descriptors can be held ({})", refused.toString());
      return 0;
    } catch (InterruptedException nobodyInterrupts) {
      throw new IllegalStateException(nobodyInterrupts);
    }
  }

  /** Whether connections that a socket accepts are to be held. */
  boolean keeps(Binding binding) {
    return keeping
        && binding.socket().role() == InheritedSocket.Role.LISTENER
        && binding.protocol() instanceof StreamProtocol protocol
        && protocol.keepsConnections()
        // What the proxy told of the client could not be told again.
        && !binding.isProxied();
  }

  /** Has a connection held that was just accepted. */
  void attach(Channel connection, Binding binding) {
    KeptName name =
        new KeptName(lastId.incrementAndGet(), binding.protocol().name(), binding.socket().name());
    if (name.isShortEnough()) {
      attach(connection, KeptHandler.ofNew(this, connection, name));
    }
  }

  /** Goes on with a connection that the manager holds already. */
  void attach(Channel connection, KeptHandler handler) {
    connection.attr(KeptConnection.KEY).set(handler);
    connection.pipeline().addFirst("kept", handler);
    handlers.add(handler);
  }

  void forget(KeptHandler handler) {
    handlers.remove(handler);
  }

  /** Whether the manager holds all that the next process needs of a connection. */
  static boolean isKept(Channel connection) {
    return connection.hasAttr(KeptConnection.KEY)
        && connection.attr(KeptConnection.KEY).get() instanceof KeptHandler handler
        && handler.isKept();
  }

  /** The manager holds a descriptor from before. */
  void inherited(KeptName name) {
    lastId.accumulateAndGet(name.id(), Math::max);
    held.incrementAndGet();
    nameBytes.addAndGet(length(name));
  }

  /** Takes one of the manager's places; false if none is left. */
  boolean reserve(KeptName name) {
    if (store == null) {
      return false;
    }
    int count = held.incrementAndGet();
    int bytes = nameBytes.addAndGet(length(name));
    if (count > capacity || bytes > MOST_NAME_BYTES) {
      release(name);
      return false;
    }
    return true;
  }

  private void release(KeptName name) {
    held.decrementAndGet();
    nameBytes.addAndGet(-length(name));
  }

  /** With the colon that follows. */
  private static int length(KeptName name) {
    return name.toString().length() + 1;
  }

  /** Has a descriptor held whose place is reserved. */
  Answer add(KeptName name, int fd) {
    DescriptorStore manager = store;
    try {
      return manager != null && manager.add(name.toString(), fd) ? Answer.DONE : Answer.BUSY;
    } catch (IOException refused) {
      refused("held", refused);
      return Answer.REFUSED;
    }
  }

  /** Gives up what is held of a connection, sooner or later. */
  void remove(KeptName name, Channel connection) {
    if (!remove(name) && !connection.eventLoop().isShuttingDown()) {
      connection
          .eventLoop()
          .schedule(() -> remove(name, connection), BUSY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Returns false if the manager is busy. */
  boolean remove(KeptName name) {
    DescriptorStore manager = store;
    if (manager == null) {
      given.add(name);
      return true;
    }
    try {
      if (!manager.remove(name.toString())) {
        return false;
      }
    } catch (IOException refused) {
      refused("given up", refused);
    }
    release(name);
    return true;
  }

  private void refused(String wish, IOException why) {
    if (capacity > 0) {
      capacity = 0;
      logger.warn(
          LogEvent.NOTIFY_FAILED,
          "a connection cannot be {} by the service manager ({}); no more are held",
          wish,
          why.toString());
    }
  }
}

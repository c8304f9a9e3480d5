package io.fdgate.gateway;

import io.fdgate.gateway.listener.Binding;
import io.fdgate.gateway.listener.Connections;
import io.fdgate.gateway.listener.Keeper;
import io.fdgate.gateway.listener.Listener;
import io.fdgate.gateway.listener.Resumption;
import io.fdgate.gateway.listener.SocketAdopter;
import io.fdgate.protocol.Counters;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.SystemError;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a complete plan: adopts its sockets on event loops, and drains them at the end. Used by
 * one thread.
 */
public final class Gateway {
  private static final Logger logger = LoggerFactory.getLogger(Gateway.class);
  private static final long SECOND_NANOS = 1_000_000_000;
  private static final long PAUSE_SECONDS = 10;

  private final MultiThreadIoEventLoopGroup loops;
  private final Connections connections;
  private final List<Listener> listeners = new ArrayList<>();
  private final Requests requests;

  private Gateway(int threads, Requests requests, @Nullable Keeper keeper) {
    this.requests = requests;
    loops = new EventLoops(threads);
    connections = new Connections(loops, keeper);
  }

  /**
   * Adopts every socket of a plan and waits until each is being served.
   *
   * @param requests where the gateway asks for the end, when its only connection has ended
   * @param keeper what has connections held for the next process; null if none are
   * @throws FaultException when a socket cannot be adopted; then none is served
   */
  static Gateway start(Planner.Plan plan, Requests requests, @Nullable Keeper keeper)
      throws FaultException {
    Gateway gateway = new Gateway(plan.configuration().threads(), requests, keeper);
    try {
      gateway.adopt(plan.bindings());
      if (keeper != null && !plan.kept().isEmpty()) {
        new Resumption(keeper, plan.bindings(), gateway.connections).of(plan.kept());
      }
    } catch (FaultException fault) {
      gateway.close();
      throw fault;
    }
    return gateway;
  }

  private void adopt(List<Binding> plan) throws FaultException {
    List<Fault> faults = new ArrayList<>();
    SocketAdopter adopter = new SocketAdopter(loops, connections);
    for (Binding binding : plan) {
      try {
        adopter.adopt(binding).ifPresent(listeners::add);
      } catch (IOException | RuntimeException | LinkageError refused) {
        faults.add(unadopted(binding, refused));
      }
    }
    for (Listener listener : listeners) {
      if (!listener.serving().awaitUninterruptibly().isSuccess() && listener.keepsServiceAlive()) {
        faults.add(unadopted(listener.binding(), listener.serving().cause()));
      }
    }
    if (!faults.isEmpty()) {
      throw new FaultException(faults);
    }
    if (!outlivesConnections()) {
      // Accept=yes: the service lasts as long as its connection.
      listeners.forEach(listener -> listener.closed().addListener(_ -> stopIfIdle()));
      stopIfIdle();
    }
  }

  /** Whether there is more to wait for than connections that systemd accepted. */
  boolean outlivesConnections() {
    return listeners.stream().anyMatch(Listener::keepsServiceAlive);
  }

  private void stopIfIdle() {
    if (connections.count() == 0) {
      requests.stop();
    }
  }

  private static Fault unadopted(Binding binding, Throwable refused) {
    return Fault.activation(
        binding.socket()
            + ", "
            + binding.socket().kind()
            + " "
            + binding.socket().address()
            + ": cannot be adopted ("
            + SystemError.text(refused)
            + ")");
  }

  /** The number of open connections. */
  int connections() {
    return connections.count();
  }

  /** Serves new connections, and the next datagrams, by another plan for the same sockets. */
  void serve(List<Binding> plan) {
    for (Binding binding : plan) {
      for (Listener listener : listeners) {
        if (listener.binding().socket().fd() == binding.socket().fd()) {
          listener.serve(binding);
        }
      }
    }
  }

  /** Connections and datagrams that came since the start. */
  long arrivals() {
    long arrivals = 0;
    for (Listener listener : listeners) {
      Counters counters = listener.binding().counters();
      arrivals += counters.connections() + counters.datagramsReceived();
    }
    return arrivals;
  }

  /**
   * Stops taking connections and datagrams if none came since; what comes from now on waits in the
   * kernel, for the next process.
   *
   * @param arrivals what {@link #arrivals} said when there was no connection
   * @return false if one came after all; then everything goes on
   */
  boolean pauseIfIdle(long arrivals) throws InterruptedException {
    List<Future<?>> paused = new ArrayList<>();
    for (Listener listener : listeners) {
      paused.add(listener.pause());
    }
    boolean idle = true;
    for (Future<?> each : paused) {
      idle &= each.await(PAUSE_SECONDS, TimeUnit.SECONDS);
    }
    idle = idle && connections.count() == 0 && arrivals() == arrivals;
    if (!idle) {
      listeners.forEach(Listener::resume);
    }
    return idle;
  }

  /** Keeps what clients do not take within a number of bytes. */
  void boundBuffers(long mostBytes) {
    connections.bound(mostBytes);
  }

  /** Runs something on every event loop. */
  void onEveryLoop(Runnable task) {
    for (EventExecutor loop : loops) {
      loop.execute(task);
    }
  }

  /** The number of event loops. */
  int loops() {
    return loops.executorCount();
  }

  /** Takes no more connections and datagrams: what arrives from now on is the next process's. */
  void stopTaking() {
    listeners.forEach(Listener::stop);
  }

  /**
   * Lets what was taken end after {@link #stopTaking}, and closes the connections that are left
   * when the time is over.
   *
   * @param everySecond run now and then while there is something to wait for
   * @throws InterruptedException when the caller is interrupted; then nothing is waited for
   */
  void drain(Duration timeout, Runnable everySecond) throws InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    for (Listener listener : listeners) {
      if (listener.binding().socket().isStream()) {
        // Not before: a connection that is accepted meanwhile would hear nothing of the drain.
        listener.stopped().await(left(deadline), TimeUnit.NANOSECONDS);
      }
    }
    connections.drain();
    for (Listener listener : listeners) {
      if (!listener.stopped().await(left(deadline), TimeUnit.NANOSECONDS)) {
        logger.warn(
            LogEvent.DATAGRAMS_UNSENT,
            "{} has unsent datagrams, which are dropped",
            listener.binding().socket());
      }
    }
    while (!connections.awaitNone(Math.min(left(deadline), SECOND_NANOS)) && left(deadline) > 0) {
      everySecond.run();
    }
    if (connections.count() > 0) {
      logger.warn(
          LogEvent.DRAIN_TIMEOUT,
          "{} open after drain_timeout = {} ms and closed now",
          ServiceReport.connections(connections.count()),
          timeout.toMillis());
    }
    close();
  }

  private void close() {
    listeners.forEach(Listener::stop);
    connections.close();
    // A protocol that blocks its loop must not keep the process.
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }

  private static long left(long deadline) {
    return Math.max(0, deadline - System.nanoTime());
  }
}

package io.fdgate.gateway;

import io.fdgate.gateway.listener.Binding;
import io.fdgate.gateway.listener.Connections;
import io.fdgate.gateway.listener.Listener;
import io.fdgate.gateway.listener.SocketAdopter;
import io.fdgate.protocol.LogEvent;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a complete plan: adopts its sockets on event loops, and drains them at the end. Used by
 * one thread, but for {@link #stop}.
 */
public final class Gateway {
  private static final Logger logger = LoggerFactory.getLogger(Gateway.class);

  private final MultiThreadIoEventLoopGroup loops;
  private final Connections connections;
  private final List<Listener> listeners = new ArrayList<>();
  private final CountDownLatch stop = new CountDownLatch(1);

  private Gateway(int threads) {
    loops =
        new MultiThreadIoEventLoopGroup(
            threads, new DefaultThreadFactory("serve"), EpollIoHandler.newFactory());
    connections = new Connections(loops);
  }

  /**
   * Adopts every socket of a plan and waits until each is being served.
   *
   * @param threads the number of event loops
   * @throws FaultException when a socket cannot be adopted; then none is served
   */
  public static Gateway start(List<Binding> plan, int threads) throws FaultException {
    Gateway gateway = new Gateway(threads);
    try {
      gateway.adopt(plan);
    } catch (FaultException fault) {
      gateway.close();
      throw fault;
    }
    return gateway;
  }

  private void adopt(List<Binding> plan) throws FaultException {
    List<Fault> faults = new ArrayList<>();
    SocketAdopter adopter = new SocketAdopter(loops, connections);
    // Streams first: datagram sockets need the foreign function interface, which takes its time.
    for (boolean stream : new boolean[] {true, false}) {
      for (Binding binding : plan) {
        if (binding.socket().isStream() == stream) {
          try {
            adopter.adopt(binding).ifPresent(listeners::add);
          } catch (IOException | RuntimeException | LinkageError refused) {
            faults.add(unadopted(binding, refused));
          }
        }
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
    if (listeners.stream().noneMatch(Listener::keepsServiceAlive)) {
      // Accept=yes: the service lasts as long as its connection.
      listeners.forEach(listener -> listener.closed().addListener(_ -> stopIfIdle()));
      stopIfIdle();
    }
  }

  private void stopIfIdle() {
    if (connections.count() == 0) {
      stop();
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
            + refused
            + ")");
  }

  /** The number of open connections. */
  public int connections() {
    return connections.count();
  }

  /** Ends {@link #awaitStop}. Any thread, any number of times. */
  public void stop() {
    stop.countDown();
  }

  /** Waits until there is a reason to stop: {@link #stop}, or the end of the only connection. */
  public void awaitStop() throws InterruptedException {
    stop.await();
  }

  /** Waits likewise, but not longer than a time. */
  public void awaitStop(long millis) throws InterruptedException {
    boolean unused = stop.await(millis, TimeUnit.MILLISECONDS);
  }

  /** Takes no more connections and datagrams: what arrives from now on is the next process's. */
  public void stopTaking() {
    listeners.forEach(Listener::stop);
  }

  /**
   * Lets what was taken end after {@link #stopTaking}, and closes the connections that are left
   * when the time is over.
   *
   * @throws InterruptedException when the caller is interrupted; then nothing is waited for
   */
  public void drain(Duration timeout) throws InterruptedException {
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
    if (!connections.awaitNone(left(deadline))) {
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

package io.fdgate.gateway.listener;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.activation.InheritedSocket.Family;
import io.fdgate.protocol.DatagramHandler;
import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.LogEvent;
import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoOps;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A datagram socket on an event loop: when it is adopted, listens, pauses, stops. What is received
 * and sent is the {@link DatagramExchange}'s.
 *
 * <p>It is a handle of Netty's epoll loop, not a Netty channel. Netty's datagram channels drop
 * empty datagrams, cut long ones, cannot answer abstract Unix addresses, and cannot say which local
 * address a reply leaves from.
 */
final class DatagramListener implements Listener, EpollIoHandle {
  private static final Logger logger = LoggerFactory.getLogger(DatagramListener.class);

  // Then other sockets of the loop have their turn.
  private static final int ROUNDS = 4;

  private final IoEventLoop loop;
  private final boolean trains;
  private final LinuxSocket socket;
  private final DatagramExchange exchange;
  private final Promise<Void> serving;
  private final Promise<Void> stopped;

  private IoRegistration registration = new Unregistered();
  private boolean blocked;
  private boolean paused;
  private boolean stopping;

  private DatagramListener(
      Binding binding, DatagramHandler handler, IoEventLoop loop, boolean trains) {
    InheritedSocket inherited = binding.socket();
    this.loop = loop;
    this.trains = trains;
    this.socket = LinuxSocket.newSocket(inherited.fd());
    this.exchange = new DatagramExchange(binding, handler, socket, isWildcard(inherited), trains);
    this.serving = loop.newPromise();
    this.stopped = loop.newPromise();
  }

  /** Adopts a datagram socket. */
  static DatagramListener adopt(
      Binding binding, Binding.Service.Datagrams service, IoEventLoop loop) throws IOException {
    InheritedSocket inherited = binding.socket();
    if (isWildcard(inherited)) {
      int result =
          ControlMessages.wantDestination(inherited.fd(), inherited.family() == Family.IPV6);
      if (result < 0) {
        throw new IOException("the kernel refuses packet information: errno " + -result);
      }
    }
    boolean trains =
        inherited.family() != Family.UNIX && ControlMessages.wantTrains(inherited.fd());
    DatagramListener listener = new DatagramListener(binding, service.handler(), loop, trains);
    loop.register(listener).addListener(listener::registered);
    return listener;
  }

  private static boolean isWildcard(InheritedSocket socket) {
    return socket.address() instanceof Endpoint.Inet inet && inet.isWildcard();
  }

  private void registered(Future<? super IoRegistration> result) {
    if (result.isSuccess()) {
      registration = (IoRegistration) result.getNow();
      try {
        exchange.handler().started(loop);
      } catch (RuntimeException | LinkageError broken) {
        serving.setFailure(broken);
        return;
      }
      registration.submit(EpollIoOps.EPOLLIN);
      serving.setSuccess(null);
    } else {
      serving.setFailure(result.cause());
    }
  }

  @Override
  public Binding binding() {
    return exchange.binding();
  }

  @Override
  public Future<?> serving() {
    return serving;
  }

  @Override
  public FileDescriptor fd() {
    return socket;
  }

  @Override
  public boolean keepsServiceAlive() {
    return true;
  }

  @Override
  public void serve(Binding other) {
    exchange.serve(other, loop);
  }

  @Override
  public Future<?> pause() {
    return loop.submit(() -> {
      paused = true;
      listen();
    });
  }

  @Override
  public void resume() {
    loop.execute(() -> {
      paused = false;
      listen();
    });
  }

  /** Waits for what comes next: room to write, or datagrams. */
  private void listen() {
    if (registration.isValid()) {
      EpollIoOps next = paused ? EpollIoOps.NONE : EpollIoOps.EPOLLIN;
      registration.submit(blocked ? EpollIoOps.EPOLLOUT : next);
    }
  }

  /** What was received is answered first. */
  @Override
  public void stop() {
    if (!loop.isShuttingDown()) {
      loop.execute(() -> {
        stopping = true;
        if (exchange.isAllSent()) {
          registration.cancel();
        }
      });
    }
  }

  @Override
  public Future<?> stopped() {
    return stopped;
  }

  @Override
  public Future<?> closed() {
    return stopped;
  }

  /** Called by the event loop when the registration ends. */
  @Override
  public void unregistered() {
    close();
  }

  @Override
  public void close() {
    if (!socket.isOpen()) {
      return;
    }
    try {
      exchange.handler().stopped();
    } catch (RuntimeException | LinkageError broken) {
      logger.warn(
          LogEvent.PROTOCOL_FAULT,
          "protocol {} failed to stop on {}",
          binding().protocol().name(),
          binding().socket(),
          broken);
    }
    try {
      if (trains) {
        ControlMessages.wantNoTrains(socket.intValue());
      }
      socket.close();
      stopped.trySuccess(null);
    } catch (IOException refused) {
      stopped.tryFailure(refused);
    } finally {
      exchange.free();
    }
  }

  @Override
  public void handle(IoRegistration registered, IoEvent event) {
    int round = 0;
    while (flush() && round < ROUNDS && !stopping && !paused) {
      round += exchange.receive() ? 1 : ROUNDS;
    }
    if (stopping && exchange.isAllSent()) {
      registration.cancel();
    }
  }

  /** Sends what is left of the replies; false if the socket's send buffer is full. */
  private boolean flush() {
    boolean sent = exchange.flush();
    if (!sent || blocked) {
      blocked = !sent;
      listen();
    }
    return sent;
  }

  /** Stands for the registration until there is one. */
  private static final class Unregistered implements IoRegistration {
    @Override
    public <T> T attachment() {
      throw new IllegalStateException("not registered");
    }

    @Override
    public long submit(IoOps ops) {
      return -1;
    }

    @Override
    public boolean isValid() {
      return false;
    }

    @Override
    public boolean cancel() {
      return false;
    }
  }
}

package io.fdgate.protocol.forward;

import io.fdgate.protocol.DialAddress;
import io.fdgate.protocol.SystemError;
import io.netty.channel.IoEventLoop;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The search for an upstream that takes one client's connection, or datagrams: each in turn, then
 * after a pause all again, until {@code connect_timeout}, but at least one upstream once: a machine
 * may be busy for longer. Used on the client's event loop.
 */
final class Dial {
  private static final long FIRST_PAUSE_MILLIS = 5;
  private static final long LONGEST_PAUSE_MILLIS = 250;

  private final ForwardService service;
  private final IoEventLoop loop;
  private final BiConsumer<Upstream, Side> linked;
  private final Consumer<String> refused;
  private final long began;
  private final long deadline;

  private Iterator<Upstream> round = List.<Upstream>of().iterator();
  private int unasked;
  private int rounds;
  private long pauseMillis = FIRST_PAUSE_MILLIS;
  private @Nullable String reason;
  private @Nullable Side trying;
  private @Nullable Future<?> timer;
  private boolean ended;

  /**
   * A search that has yet to be started.
   *
   * @param linked takes the connection, which is its own from then on
   * @param refused told, with the last reason, when the time is over
   */
  Dial(
      ForwardService service,
      IoEventLoop loop,
      BiConsumer<Upstream, Side> linked,
      Consumer<String> refused) {
    this.service = service;
    this.loop = loop;
    this.linked = linked;
    this.refused = refused;
    this.began = loop.ticker().nanoTime();
    this.deadline = began + service.connectTimeout().toNanos();
  }

  void start() {
    List<Upstream> order = service.upstreams().inTurn(now());
    round = order.iterator();
    unasked = order.size();
    next();
  }

  /** Gives up, without a word to anyone. */
  void cancel() {
    ended = true;
    cancelTimer();
    closeTrying();
  }

  private void next() {
    if (reason != null && now() - deadline >= 0) {
      ended = true;
      refused.accept(reason);
    } else if (round.hasNext()) {
      unasked--;
      ask(round.next());
    } else {
      rounds++;
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - now()) + 1;
      timer = loop.schedule(this::start, Math.min(pauseMillis, left), TimeUnit.MILLISECONDS);
      pauseMillis = Math.min(pauseMillis * 2, LONGEST_PAUSE_MILLIS);
    }
  }

  private void ask(Upstream upstream) {
    DialAddress address = upstream.address();
    // No switches over types here: they are linked when the first client of a start is waiting.
    if (address instanceof DialAddress.Unix unix) {
      attempt(upstream, () -> Outgoing.unix(unix));
    } else if (address instanceof DialAddress.Vsock vsock) {
      attempt(upstream, () -> Outgoing.vsock(vsock));
    } else {
      DialAddress.Inet inet = (DialAddress.Inet) address;
      HostName.resolve(inet.host(), loop, found -> resolved(upstream, inet, found));
    }
  }

  private void resolved(Upstream upstream, DialAddress.Inet inet, HostName.Found found) {
    if (ended) {
      return;
    }
    if (found instanceof HostName.Found.Unknown(String why)) {
      failed(upstream, why);
      return;
    }
    List<InetAddress> addresses = ((HostName.Found.Addresses) found).addresses();
    // A host of several addresses: another one in each round.
    InetAddress address = addresses.get(rounds % addresses.size());
    attempt(upstream, () -> Outgoing.inet(inet, address));
  }

  private void attempt(Upstream upstream, Outgoing.Opener opener) {
    Outgoing opened;
    Side side;
    try {
      opened = opener.open();
      side = new Side(opened.socket(), opened.tcp(), () -> answered(upstream));
      trying = side;
      side.register(loop);
    } catch (IOException | RuntimeException failure) {
      failed(upstream, SystemError.text(failure));
      return;
    }
    if (opened.connected()) {
      succeeded(upstream, side);
    } else {
      long nanos = (deadline - now()) / (unasked + 1);
      timer =
          loop.schedule(
              () -> failed(upstream, "no answer"), Math.max(nanos, 1), TimeUnit.NANOSECONDS);
    }
  }

  private void answered(Upstream upstream) {
    Side side = trying;
    if (side == null || !side.isWritable()) {
      return;
    }
    try {
      if (!side.isHungUp() || side.socket().finishConnect()) {
        succeeded(upstream, side);
      }
    } catch (IOException failure) {
      failed(upstream, SystemError.text(failure));
    }
  }

  private void succeeded(Upstream upstream, Side side) {
    cancelTimer();
    trying = null;
    ended = true;
    service.socket().counters().connectTook(now() - began);
    linked.accept(upstream, side);
  }

  private void failed(Upstream upstream, String why) {
    cancelTimer();
    closeTrying();
    upstream.refuse(now());
    reason = upstream.address() + ": " + why;
    next();
  }

  private void closeTrying() {
    if (trying != null) {
      try {
        trying.close();
      } catch (IOException refused) {
        // There is nothing more to do about it.
      }
      trying = null;
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }

  private long now() {
    return loop.ticker().nanoTime();
  }
}

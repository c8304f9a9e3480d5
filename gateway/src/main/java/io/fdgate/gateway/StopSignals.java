package io.fdgate.gateway;

import java.util.concurrent.atomic.AtomicInteger;
import sun.misc.Signal;

/**
 * SIGTERM and SIGINT. The first one stops the service in order, also when it comes while the
 * service is starting; the second ends the process at once, with the shell's status for that
 * signal.
 *
 * <p>Shutdown hooks cannot do this: after them a JVM exits with 143 or 130, which systemd takes for
 * a failure.
 */
public final class StopSignals {
  private final AtomicInteger received = new AtomicInteger();
  private Runnable action = () -> {};

  private StopSignals() {}

  /** Takes over both signals. */
  public static StopSignals install() {
    StopSignals signals = new StopSignals();
    Signal.handle(new Signal("TERM"), signals::receive);
    Signal.handle(new Signal("INT"), signals::receive);
    return signals;
  }

  /** Says what the first signal does; done at once if it has come already. */
  public synchronized void onStop(Runnable stop) {
    action = stop;
    if (received.get() > 0) {
      stop.run();
    }
  }

  private void receive(Signal signal) {
    if (received.incrementAndGet() > 1) {
      Runtime.getRuntime().halt(128 + signal.getNumber());
    }
    synchronized (this) {
      action.run();
    }
  }
}

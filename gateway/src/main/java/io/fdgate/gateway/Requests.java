package io.fdgate.gateway;

import java.util.concurrent.TimeUnit;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * What the main thread is asked to do, by signals and by the gateway itself. Thread-safe.
 *
 * <p>The first SIGTERM or SIGINT stops the service in order, also when it comes while the service
 * is starting; the second ends the process at once, with the shell's status for that signal. SIGHUP
 * asks for a reload.
 *
 * <p>Shutdown hooks cannot do this: after them a JVM exits with 143 or 130, which systemd takes for
 * a failure.
 */
public class Requests implements SignalHandler {
  private boolean stop;
  private boolean reload;
  private int stopSignals;

  private Requests() {}

  /** What the main thread is to do. */
  enum Request {
    STOP,
    RELOAD,
    /** The time is over. */
    NOTHING
  }

  /**
   * Runs something at the first SIGTERM or SIGINT, for a command that serves nothing: SIGHUP ends
   * that as ever.
   *
   * @param stop returns soon: the second signal waits for it
   */
  public static void onStop(Runnable stop) {
    SignalHandler once =
        new Requests() {
          @Override
          synchronized void stop() {
            stop.run();
          }
        };
    Signal.handle(new Signal("TERM"), once);
    Signal.handle(new Signal("INT"), once);
  }

  /** Takes over the signals. */
  static Requests ofSignals() {
    Requests requests = new Requests();
    Signal.handle(new Signal("TERM"), requests);
    Signal.handle(new Signal("INT"), requests);
    Signal.handle(new Signal("HUP"), requests);
    return requests;
  }

  @Override
  public synchronized void handle(Signal signal) {
    if (signal.getName().equals("HUP")) {
      reload = true;
      notifyAll();
      return;
    }
    stopSignals++;
    if (stopSignals > 1) {
      Runtime.getRuntime().halt(128 + signal.getNumber());
    }
    stop();
  }

  /** Asks for the end. Any number of times. */
  synchronized void stop() {
    stop = true;
    notifyAll();
  }

  /** Waits until the service is to stop, but not longer than a time. */
  synchronized void awaitStop(long millis) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left = deadline - System.nanoTime();
    while (!stop && left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = deadline - System.nanoTime();
    }
  }

  /** Waits for a request; several of one kind are one. To stop comes first. */
  synchronized Request await(long nanos) throws InterruptedException {
    long deadline = System.nanoTime() + nanos;
    long left = nanos;
    while (!stop && !reload && left > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, left);
      left = deadline - System.nanoTime();
    }
    if (stop) {
      return Request.STOP;
    }
    if (reload) {
      reload = false;
      return Request.RELOAD;
    }
    return Request.NOTHING;
  }
}

package io.fdgate.load;

import io.fdgate.protocol.SystemError;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** How a worker's lanes get their connections, and new ones for those that are lost. */
final class Connections {
  private static final int AT_ONCE = 32;
  private static final long RETRY_MILLIS = 10;
  private static final long PAUSE_MILLIS = 100;

  private final Worker worker;
  private final Connector connector;
  private final Consumer<Event> events;
  private final int count;
  private int opened;
  private int opening;
  private long deadline;

  Connections(Worker worker, Connector connector, Consumer<Event> events, int count) {
    this.worker = worker;
    this.connector = connector;
    this.events = events;
    this.count = count;
  }

  /** Opens all, a few at a time. */
  void open() {
    deadline = System.nanoTime() + worker.plan().times().timeout().toNanos();
    openMore();
  }

  private void openMore() {
    while (!worker.isEnded() && opening < count && opening - opened < AT_ONCE) {
      open(worker.lanes().get(opening++), true);
    }
  }

  /**
   * Opens a lane's connection, also when it was lost.
   *
   * @param atOnce or after a pause, so that a target that is gone is not flooded
   */
  void open(Lane lane, boolean atOnce) {
    if (atOnce) {
      connector.open(lane, cause -> refused(lane, cause));
    } else {
      worker
          .loop()
          .schedule(
              () -> {
                if (worker.isRunning()) {
                  open(lane, true);
                }
              },
              PAUSE_MILLIS,
              TimeUnit.MILLISECONDS);
    }
  }

  /** A lane has its connection. */
  void opened() {
    if (!worker.hasBegun()) {
      opened++;
      if (opened == count) {
        events.accept(new Event.Connected());
      } else {
        openMore();
      }
    }
  }

  private void refused(Lane lane, Throwable cause) {
    if (worker.isEnded()) {
      return;
    }
    if (worker.hasBegun()) {
      worker.problem(Problem.CONNECT, SystemError.text(cause));
      open(lane, false);
    } else if (isBusy(cause) && System.nanoTime() - deadline < 0) {
      worker.loop().schedule(() -> open(lane, true), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      worker.fail(
          LoadException.target(
              worker.plan().target().text()
                  + " cannot be reached: "
                  + SystemError.text(cause)
                  + (opened > 0 ? " (connection " + (opened + 1) + ")" : "")
                  + "; is the .socket unit active, and is this its ListenStream= or"
                  + " ListenDatagram= address?"));
    }
  }

  /** A Unix listener whose queue is full says EAGAIN; a TCP one lets the client wait. */
  private static boolean isBusy(Throwable cause) {
    return SystemError.text(cause).equals("Resource temporarily unavailable");
  }
}

package io.fdgate.gateway.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hands the lines of the access log to a thread of its own, which makes and writes them. When that
 * falls behind, lines are dropped and counted; the event loops never wait.
 *
 * <p>It stands in for logback's AsyncAppender, which formats on the caller's thread and does not
 * count what it drops.
 */
final class AccessLogAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
  /** Tells the writer that nothing follows. */
  private static final ILoggingEvent END = new LoggingEvent();

  private static final int QUEUE = 8192;
  private static final long STOP_MILLIS = 1_000;

  private final BlockingQueue<ILoggingEvent> queue = new ArrayBlockingQueue<>(QUEUE);
  private final AtomicLong dropped = new AtomicLong();
  private final Appender<ILoggingEvent> target;
  private final DropReport report;
  private final Thread writer = new Thread(this::write, "access-log");

  /** Tells that lines were dropped. */
  @FunctionalInterface
  interface DropReport {
    void dropped(long lines);
  }

  AccessLogAppender(Appender<ILoggingEvent> target, DropReport report) {
    this.target = target;
    this.report = report;
    writer.setDaemon(true);
  }

  @Override
  public void start() {
    super.start();
    writer.start();
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (!queue.offer(event)) {
      dropped.incrementAndGet();
    }
  }

  /** Writes what has been queued, unless that takes too long. */
  @Override
  public void stop() {
    if (!isStarted()) {
      return;
    }
    super.stop();
    // Not an interrupt, which would close the journal's socket under a line that is being written.
    // A
    // full queue needs no end: the writer looks whether it is to stop after each line.
    queue.offer(END);
    try {
      writer.join(STOP_MILLIS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    target.stop();
  }

  private void write() {
    try {
      while (isStarted()) {
        write(queue.take());
      }
    } catch (InterruptedException nobodyInterrupts) {
      throw new IllegalStateException(nobodyInterrupts);
    }
    for (ILoggingEvent left = queue.poll(); left != null; left = queue.poll()) {
      write(left);
    }
    reportDropped();
  }

  private void write(ILoggingEvent event) {
    if (event != END) {
      target.doAppend(event);
      reportDropped();
    }
  }

  private void reportDropped() {
    long lines = dropped.getAndSet(0);
    if (lines > 0) {
      report.dropped(lines);
    }
  }
}

package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One event loop with its lanes. Everything but {@link #stop} happens on that loop. */
final class Worker {
  private static final int CONNECTING_AT_ONCE = 32;
  private static final long SECOND = 1_000_000_000L;
  private static final long RETRY_MILLIS = 10;
  private static final long PAUSE_MILLIS = 100;
  private static final long EXPIRY_MILLIS = 50;
  private static final int LEAST_STRETCH = 64 * 1024;
  private static final int MOST_STRETCH = 1024 * 1024;

  private final Plan plan;
  private final EventLoop loop;
  private final Connector connector;
  private final Consumer<Event> events;
  private final List<Lane> lanes = new ArrayList<>();
  private final Pattern pattern;
  private final ByteBuf requestHead;
  private final BodyCheck bodies;
  private final double interval;

  private int opened;
  private int opening;
  private long connectDeadline;
  private long start;
  private long measuredFrom;
  private long turns;
  private int seconds;
  private boolean running;
  private boolean ended;
  private long left;
  private long firstByte;
  private Tally tally = new Tally();
  private long cutAt;

  /**
   * A worker that has yet to connect.
   *
   * @param first the number of its first lane
   * @param count of lanes
   */
  Worker(Plan plan, EventLoop loop, Connector connector, Consumer<Event> events, Share share) {
    this.plan = plan;
    this.loop = loop;
    this.connector = connector;
    this.events = events;
    long flight = (long) plan.shape().size() * plan.shape().depth();
    int stretch = Math.clamp(flight, LEAST_STRETCH, MOST_STRETCH);
    pattern =
        new Pattern(stretch, PooledByteBufAllocator.DEFAULT.directBuffer(Pattern.memory(stretch)));
    byte[] head =
        plan.http().map(http -> Http1Wire.head(http, plan.shape().size())).orElse(new byte[0]);
    requestHead = PooledByteBufAllocator.DEFAULT.directBuffer(head.length).writeBytes(head);
    bodies = new BodyCheck(plan, pattern, share.body);
    left = share.answers;
    interval =
        plan.rate().isPresent()
            ? SECOND / (plan.rate().getAsDouble() * share.lanes / plan.shape().connections())
            : 0;
    for (int i = 0; i < share.lanes; i++) {
      Pace pace = plan.rate().isPresent() ? Pace.openLoop(this, i) : Pace.closedLoop();
      lanes.add(new Lane(this, share.firstLane + i, pace, plan.shape().depth()));
    }
  }

  /**
   * A worker's part of a run.
   *
   * @param answers after which it ends
   * @param body of the first answer, where that is known
   */
  record Share(int firstLane, int lanes, long answers, @Nullable ByteBuf body) {}

  Plan plan() {
    return plan;
  }

  EventLoop loop() {
    return loop;
  }

  Pattern pattern() {
    return pattern;
  }

  /** The head of every HTTP/1.1 request; stays the worker's. */
  ByteBuf requestHead() {
    return requestHead;
  }

  BodyCheck bodies() {
    return bodies;
  }

  Tally tally() {
    return tally;
  }

  boolean isRunning() {
    return running;
  }

  /** When the first byte of an answer came; 0 before. */
  long firstByte() {
    return firstByte;
  }

  /** Opens all connections, a few at a time. */
  void connect() {
    connectDeadline = System.nanoTime() + plan.times().timeout().toNanos();
    connectMore();
  }

  private void connectMore() {
    while (!ended && opening < lanes.size() && opening - opened < CONNECTING_AT_ONCE) {
      open(lanes.get(opening++), true);
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
      loop.schedule(
          () -> {
            if (running) {
              open(lane, true);
            }
          },
          PAUSE_MILLIS,
          TimeUnit.MILLISECONDS);
    }
  }

  /** A lane has its connection. */
  void laneOpened() {
    if (start == 0) {
      opened++;
      if (opened == lanes.size()) {
        events.accept(new Event.Connected());
      } else {
        connectMore();
      }
    }
  }

  private void refused(Lane lane, Throwable cause) {
    if (ended) {
      return;
    }
    if (start != 0) {
      problem(Problem.CONNECT, reason(cause));
      open(lane, false);
    } else if (isBusy(cause) && System.nanoTime() - connectDeadline < 0) {
      loop.schedule(() -> open(lane, true), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    } else {
      fail(
          LoadException.target(
              plan.target().text()
                  + " cannot be reached: "
                  + reason(cause)
                  + (opened > 0 ? " (connection " + (opened + 1) + ")" : "")
                  + "; is the .socket unit active, and is this its ListenStream= or"
                  + " ListenDatagram= address?"));
    }
  }

  /** A Unix listener whose queue is full says EAGAIN; a TCP one lets the client wait. */
  private static boolean isBusy(Throwable cause) {
    return String.valueOf(cause.getMessage()).contains("Resource temporarily unavailable");
  }

  private static String reason(Throwable cause) {
    return cause instanceof FileNotFoundException
            || cause.getCause() instanceof FileNotFoundException
        ? "there is no such socket"
        : String.valueOf(cause.getMessage()).replaceFirst(":? ?(/|unix:).*$", "");
  }

  /** Begins at a time that all workers have in common. */
  void begin(long at) {
    if (ended) {
      return;
    }
    start = at;
    cutAt = at;
    measuredFrom = at + plan.times().warmUp().toNanos();
    loop.schedule(this::run, at - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void run() {
    running = true;
    long now = System.nanoTime();
    if (plan.rate().isPresent()) {
      sharpenTimers();
      turn();
    } else {
      lanes.forEach(lane -> lane.fill(now));
    }
    loop.scheduleWithFixedDelay(this::expire, EXPIRY_MILLIS, EXPIRY_MILLIS, TimeUnit.MILLISECONDS);
    scheduleCut();
  }

  /** The kernel wakes a sleeper up to 50 µs late, which would count as latency. */
  private static void sharpenTimers() {
    try {
      String thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName().toString();
      Files.writeString(Path.of("/proc", thread, "timerslack_ns"), "1");
    } catch (IOException refused) {
      // It stays as it is.
    }
  }

  /** When a lane's message of a turn is due. */
  long dueAt(int lane, long turn) {
    return start + (long) ((lane + (double) turn * lanes.size()) * interval);
  }

  private void turn() {
    if (!running) {
      return;
    }
    long now = System.nanoTime();
    long due = dueAt(0, 0) + (long) (turns * interval);
    while (due - now <= 0) {
      lanes.get((int) (turns % lanes.size())).due(now);
      turns++;
      due = start + (long) (turns * interval);
      now = System.nanoTime();
    }
    loop.schedule(this::turn, due - now, TimeUnit.NANOSECONDS);
  }

  void received(long bytes, long now) {
    tally.received(bytes);
    if (firstByte == 0) {
      firstByte = now;
    }
  }

  void answered(long nanos) {
    tally.answered(nanos);
    if (cutAt >= measuredFrom && --left == 0 && running) {
      end();
    }
  }

  void problem(Problem kind, String what) {
    tally.problem(kind, what);
  }

  private void expire() {
    long now = System.nanoTime();
    long timeout = plan.times().timeout().toNanos();
    lanes.forEach(lane -> lane.expire(now, timeout));
  }

  /** The end of the warm-up, of a second of the measurement, or of all. */
  private void scheduleCut() {
    long end = measuredFrom + plan.times().duration().toNanos();
    long next =
        cutAt < measuredFrom
            ? Math.min(cutAt + SECOND, measuredFrom)
            : Math.min(measuredFrom + (seconds + 1) * SECOND, end);
    loop.schedule(
        () -> {
          if (!running) {
            return;
          }
          if (next == end) {
            end();
          } else {
            cut(next);
            scheduleCut();
          }
        },
        next - System.nanoTime(),
        TimeUnit.NANOSECONDS);
  }

  private void cut(long at) {
    boolean warm = cutAt < measuredFrom;
    events.accept(
        new Event.Cut(
            new Slice(warm ? -1 : seconds, cutAt - measuredFrom, at - measuredFrom, tally)));
    if (!warm) {
      seconds++;
    }
    cutAt = at;
    tally = new Tally();
  }

  private void end() {
    if (ended) {
      return;
    }
    boolean began = running;
    running = false;
    ended = true;
    long now = System.nanoTime();
    if (began) {
      lanes.forEach(lane -> lane.end(now));
      cut(now);
    } else {
      lanes.forEach(Lane::close);
    }
    events.accept(new Event.Ended());
  }

  /** Ends at once, with what there is. From any thread. */
  void stop() {
    loop.execute(this::end);
  }

  /** Ends the whole run. */
  void fail(LoadException failure) {
    events.accept(new Event.Failed(failure));
    end();
  }

  /** Gives the memory back, when the loop has ended. */
  void release() {
    pattern.release();
    requestHead.release();
  }
}

package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One event loop with its lanes. Everything but {@link #stop} happens on that loop. */
final class Worker {
  private static final long SECOND = 1_000_000_000L;
  private static final long EXPIRY_MILLIS = 50;
  private static final int LEAST_STRETCH = 64 * 1024;
  private static final int MOST_STRETCH = 1024 * 1024;

  private final Plan plan;
  private final EventLoop loop;
  private final Consumer<Event> events;
  private final List<Lane> lanes = new ArrayList<>();
  private final Pattern pattern;
  private final ByteBuf requestHead;
  private final BodyCheck bodies;
  private final Connections connections;
  private final @Nullable Turns turns;

  private long start;
  private long measuredFrom;
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
    turns = plan.rate().isPresent() ? new Turns(this, rate(plan, share), share.lanes) : null;
    connections = new Connections(this, connector, events, share.lanes);
    for (int i = 0; i < share.lanes; i++) {
      Pace pace = turns == null ? Pace.closedLoop() : Pace.openLoop(turns, i);
      lanes.add(new Lane(this, share.firstLane + i, pace, plan.shape().depth()));
    }
  }

  /** The messages of all its lanes in a second. */
  private static double rate(Plan plan, Share share) {
    return plan.rate().orElseThrow() * share.lanes / plan.shape().connections();
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

  Connections connections() {
    return connections;
  }

  List<Lane> lanes() {
    return lanes;
  }

  /** Whether the time of its beginning is known. */
  boolean hasBegun() {
    return start != 0;
  }

  boolean isEnded() {
    return ended;
  }

  boolean isRunning() {
    return running;
  }

  /** When the first byte of an answer came; 0 before. */
  long firstByte() {
    return firstByte;
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
    if (turns == null) {
      lanes.forEach(lane -> lane.fill(now));
    } else {
      turns.begin(start);
    }
    loop.scheduleWithFixedDelay(this::expire, EXPIRY_MILLIS, EXPIRY_MILLIS, TimeUnit.MILLISECONDS);
    scheduleCut();
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

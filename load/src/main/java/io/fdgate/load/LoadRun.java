package io.fdgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.EventExecutor;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run against one target: connects, warms up, measures. Used once, by one thread. */
public final class LoadRun {
  private static final long LEAD_NANOS = 2_000_000;

  private final Plan plan;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final List<Worker> workers = new CopyOnWriteArrayList<>();
  private final @Nullable ByteBuf body;
  private volatile boolean stopped;
  private @Nullable LoadException failure;
  private long openedAt;

  /** A run of a plan that can work. */
  public LoadRun(Plan plan) throws LoadException {
    this(plan, null);
  }

  private LoadRun(Plan plan, @Nullable ByteBuf body) throws LoadException {
    plan.check();
    this.plan = plan;
    this.body = body;
  }

  /**
   * What the first exchange shows.
   *
   * @param nanos from before the connection to the first byte of the answer
   */
  public record First(long nanos, @Nullable ByteBuf body) {}

  /**
   * Makes one exchange on one connection, which also starts a target that sleeps.
   *
   * @throws LoadException when the target cannot be reached, does not answer or answers wrongly
   */
  public static First first(Plan plan) throws LoadException, InterruptedException {
    LoadRun run = new LoadRun(plan.once());
    Timeline timeline = run.run(_ -> {});
    Worker worker = run.workers.getFirst();
    if (timeline.sum().latency().getTotalCount() == 0) {
      throw LoadException.target(
          plan.target().text()
              + ": "
              + timeline
                  .sum()
                  .firstProblem()
                  .orElse("no answer within " + plan.times().firstTimeout().toMillis() + " ms")
              + (plan.http().isPresent() ? "" : "; is it an echo service?"));
    }
    return new First(worker.firstByte() - run.openedAt, worker.bodies().first());
  }

  /** A run that knows the first answer, and holds all others against it. */
  public static LoadRun after(First first, Plan plan) throws LoadException {
    return new LoadRun(plan, first.body());
  }

  /**
   * Runs to the end.
   *
   * @param progress told of each second that has passed; a negative time is the warm-up's
   * @throws LoadException when the target cannot be reached or answers wrongly
   */
  Timeline run(Consumer<Timeline.Second> progress) throws LoadException, InterruptedException {
    ThreadFactory threads = Thread.ofPlatform().name("load-", 0).daemon().factory();
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(
            plan.shape().threads(), threads, EpollIoHandler.newFactory());
    try {
      makeWorkers(loops);
      return supervise(progress);
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
      workers.forEach(Worker::release);
    }
  }

  private void makeWorkers(MultiThreadIoEventLoopGroup loops) throws LoadException {
    Connector connector = new Connector(plan);
    int count = plan.shape().threads();
    int lane = 0;
    for (EventExecutor loop : loops) {
      int index = workers.size();
      int lanes = (plan.shape().connections() - lane) / (count - index);
      long answers =
          plan.count().isEmpty()
              ? Long.MAX_VALUE
              : plan.count().getAsLong() / count
                  + (index < plan.count().getAsLong() % count ? 1 : 0);
      workers.add(
          new Worker(
              plan,
              (EventLoop) loop,
              connector,
              events::add,
              new Worker.Share(lane, lanes, answers, body)));
      lane += lanes;
    }
  }

  private Timeline supervise(Consumer<Timeline.Second> progress)
      throws LoadException, InterruptedException {
    Timeline timeline = new Timeline(workers.size());
    openedAt = System.nanoTime();
    workers.forEach(worker -> worker.loop().execute(worker.connections()::open));
    if (stopped) {
      stop();
    }
    int connected = 0;
    int ended = 0;
    while (ended < workers.size()) {
      switch (events.take()) {
        case Event.Connected _ -> {
          if (++connected == workers.size()) {
            long at = System.nanoTime() + LEAD_NANOS;
            workers.forEach(worker -> worker.loop().execute(() -> worker.begin(at)));
          }
        }
        case Event.Cut(Slice slice) -> timeline.add(slice).forEach(progress);
        case Event.Ended _ -> ended++;
        case Event.Failed(LoadException why) -> {
          if (failure == null) {
            failure = why;
            workers.forEach(Worker::stop);
          }
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
    return timeline;
  }

  /** Ends the run early, with what was measured so far. From any thread. */
  public void stop() {
    stopped = true;
    workers.forEach(Worker::stop);
  }
}

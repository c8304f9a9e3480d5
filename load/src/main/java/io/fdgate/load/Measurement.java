package io.fdgate.load;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes a report: of a load, or of activations. Can be stopped from another thread. */
public final class Measurement {
  private final Plan plan;
  private final Optional<Cold> cold;
  private final Progress progress;
  private volatile boolean stopped;
  private volatile @Nullable LoadRun running;
  private volatile @Nullable Thread waiting;

  /** A measurement that has yet to begin. */
  public Measurement(Plan plan, Optional<Cold> cold, Progress progress) throws LoadException {
    plan.check();
    this.plan = plan;
    this.cold = cold;
    this.progress = progress;
  }

  /**
   * Measures.
   *
   * @param label that tells the report from others
   * @param version of fdgate
   */
  public Report run(String label, String version, List<Threshold> thresholds) throws LoadException {
    Instant started = Instant.now();
    Timeline timeline;
    try {
      timeline = cold.isPresent() ? activations(cold.get()) : load();
    } finally {
      progress.end();
    }
    String kind = cold.isPresent() ? "cold" : "load";
    return Report.of(new Report.Title(label, version, kind, started), setup(), timeline, stopped)
        .with(thresholds);
  }

  private Timeline load() throws LoadException {
    Timeline nothing = new Timeline(1);
    try {
      waiting = Thread.currentThread();
      progress.show("first answer");
      LoadRun.First first = LoadRun.first(plan);
      LoadRun run = LoadRun.after(first, plan);
      running = run;
      waiting = null;
      if (stopped) {
        return nothing;
      }
      return run.run(second -> progress.second(plan, second));
    } catch (InterruptedException stop) {
      return nothing;
    }
  }

  private Timeline activations(Cold how) throws LoadException {
    Timeline timeline = new Timeline(1);
    Tally tally = new Tally();
    long began = System.nanoTime();
    try {
      waiting = Thread.currentThread();
      for (int i = 1; i <= how.activations() && !stopped; i++) {
        progress.show(
            "activation "
                + i
                + " of "
                + how.activations()
                + ": waiting for "
                + how.unit().name()
                + " to be inactive");
        how.unit().awaitInactive(how.stop(), how.longestWait());
        long nanos = LoadRun.first(plan).nanos();
        tally.answered(nanos);
        progress.line("activation " + i + ": " + Units.nanos(nanos));
      }
    } catch (InterruptedException stop) {
      // With what there is.
    }
    timeline.add(new Slice(0, 0, System.nanoTime() - began, tally));
    return timeline;
  }

  private Map<String, String> setup() {
    Map<String, String> setup = new LinkedHashMap<>();
    setup.put("target", plan.target().text());
    if (cold.isPresent()) {
      setup.put("mode", "activation of " + cold.get().unit().name());
      return setup;
    }
    setup.put(
        "mode",
        plan.rate().isPresent()
            ? "open loop, " + Units.count(plan.rate().getAsDouble()) + "/s"
            : "closed loop");
    setup.put("connections", Integer.toString(plan.shape().connections()));
    setup.put("size", plan.shape().size() + " B");
    setup.put("depth", Integer.toString(plan.shape().depth()));
    setup.put("threads", Integer.toString(plan.shape().threads()));
    setup.put("warm-up", seconds(plan.times().warmUp().toNanos()));
    return setup;
  }

  private static String seconds(long nanos) {
    return nanos == 0 ? "none" : Units.nanos(nanos);
  }

  /** Ends it, with what was measured so far. From any thread. */
  public void stop() {
    stopped = true;
    LoadRun run = running;
    Thread thread = waiting;
    if (run != null) {
      run.stop();
    } else if (thread != null) {
      thread.interrupt();
    }
  }
}

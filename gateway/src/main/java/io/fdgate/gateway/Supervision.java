package io.fdgate.gateway;

import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.listener.Binding;
import io.fdgate.gateway.systemd.Notifier;
import io.fdgate.gateway.systemd.Watchdog;
import io.fdgate.libc.Libc;
import io.fdgate.protocol.LogEvent;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The main thread's part from READY=1 to the end: reloads, the watchdog, the state that the service
 * manager shows, the end when nobody comes, and the drain.
 */
final class Supervision {
  private static final Logger logger = LoggerFactory.getLogger(Supervision.class);
  private static final Duration SECOND = Duration.ofSeconds(1);

  /** What a drain asks for each second: enough for a machine that is slow at the moment. */
  private static final Duration MORE_TIME = Duration.ofSeconds(10);

  private final Map<String, String> environment;
  private final Planner planner;
  private final Gateway gateway;
  private final Notifier notifier;
  private final Requests requests;
  private final Housekeeping housekeeping;
  private Configuration configuration = Configuration.DEFAULTS;
  private List<Binding> serving = List.of();
  private String reloadFault = "";
  private String lastStatus = "";

  Supervision(
      Map<String, String> environment,
      Planner planner,
      Gateway gateway,
      Notifier notifier,
      Requests requests) {
    this.environment = environment;
    this.planner = planner;
    this.gateway = gateway;
    this.notifier = notifier;
    this.requests = requests;
    housekeeping = new Housekeeping(requests, this::reload);
  }

  /** Returns when everything has ended. */
  void run(Planner.Plan plan) throws InterruptedException {
    apply(plan);
    housekeeping.run();
    // First: whoever reads the log or the state may be slow.
    gateway.stopTaking();
    String open = ServiceReport.connections(gateway.connections());
    notifier.stopping("Stopping, " + open + " open");
    logger.info(LogEvent.STOPPING, "stopping, {} open", open);
    gateway.drain(
        configuration.drainTimeout(),
        () ->
            notifier.stillStopping(
                MORE_TIME,
                "Stopping, " + ServiceReport.connections(gateway.connections()) + " open"));
  }

  private void apply(Planner.Plan plan) {
    configuration = plan.configuration();
    serving = plan.bindings();
    housekeeping.clear();
    Optional<Duration> period =
        Watchdog.period(environment, Libc.pid(), configuration.watchdogInterval());
    if (period.isPresent() && notifier.isHeard()) {
      Watchdog watchdog = new Watchdog(notifier, gateway.loops(), gateway::onEveryLoop);
      watchdog.look();
      housekeeping.every(period.get(), watchdog::look);
    }
    long mostBuffered = configuration.maxBuffered();
    housekeeping.every(
        SECOND,
        () ->
            gateway.boundBuffers(
                mostBuffered > 0 ? mostBuffered : Runtime.getRuntime().maxMemory() / 2));
    if (notifier.isHeard()) {
      housekeeping.every(SECOND, this::showStatus);
    }
    if (configuration.idleExit().isPositive() && gateway.outlivesConnections()) {
      IdleExit.check(configuration.idleExit(), environment);
      IdleExit idle = new IdleExit(gateway, requests, configuration.idleExit());
      housekeeping.every(idle.period(), idle::look);
    }
  }

  private void showStatus() {
    String status = status();
    if (!status.equals(lastStatus)) {
      lastStatus = status;
      notifier.status(status);
    }
  }

  private String status() {
    return ServiceReport.activity(serving) + reloadFault;
  }

  /** A new configuration as a whole, or else the old one. */
  private void reload() {
    notifier.reloading();
    Configuration before = configuration;
    try {
      Planner.Plan plan = planner.again(serving);
      gateway.serve(plan.bindings());
      apply(plan);
      reloadFault = "";
      logger.info(LogEvent.RELOADED, "reloaded: {}", ServiceReport.status(serving));
      restartNeeded(before, configuration);
    } catch (FaultException fault) {
      fault.faults().forEach(each -> logger.error(LogEvent.RELOAD_FAILED, "{}", each));
      logger.error(LogEvent.RELOAD_FAILED, "reload failed, nothing is changed");
      reloadFault = "; reload failed: " + fault.faults().getFirst();
    }
    lastStatus = status();
    notifier.ready(lastStatus);
  }

  private static void restartNeeded(Configuration before, Configuration now) {
    if (before.threads() != now.threads()
        || before.keepConnections() != now.keepConnections()
        || !before.log().equals(now.log())) {
      logger.warn(
          LogEvent.DOUBTFUL_SETTING,
          "changes of threads, keep_connections and [log] take effect at the next start");
    }
  }
}

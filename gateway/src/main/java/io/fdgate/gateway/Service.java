package io.fdgate.gateway;

import io.fdgate.gateway.activation.InheritedSocket;
import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.listener.Keeper;
import io.fdgate.gateway.log.LogReader;
import io.fdgate.gateway.log.LogSetup;
import io.fdgate.gateway.systemd.Notifier;
import io.fdgate.protocol.LogEvent;
import io.netty.channel.epoll.Epoll;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run: from what was inherited, over READY=1 and STOPPING=1, to the exit status. */
public final class Service {
  // The build's training has it longer: the classes of what comes after are archived apart.
  private static final long FIRST_ANSWERS_MILLIS = Long.getLong("fdgate.firstAnswersMillis", 100);

  private final Logger logger = LoggerFactory.getLogger(Service.class);
  private final Map<String, String> environment;
  private final Optional<Path> configFile;
  private String builtIn = "";
  private Optional<String> logLevel = Optional.empty();
  private Optional<String> logFormat = Optional.empty();
  private Runnable onReady = () -> {};

  /**
   * A run that has not begun.
   *
   * @param configFile the configuration file, if there is one
   */
  public Service(Map<String, String> environment, Optional<Path> configFile) {
    this.environment = environment;
    this.configFile = configFile;
  }

  /** Where the sockets come from: the environment, or the demo. */
  @FunctionalInterface
  public interface Source {
    /** The sockets to serve; called after Netty's native library is loaded. */
    List<InheritedSocket> sockets() throws FaultException;
  }

  /** Says what holds when there is no configuration file, as TOML. */
  public Service withoutFile(String toml) {
    builtIn = toml;
    return this;
  }

  /** Logs from this level on, whatever the configuration says. */
  public Service logLevel(String level) {
    logLevel = Optional.of(level);
    return this;
  }

  /** Logs in this format, whatever the configuration says. */
  public Service logFormat(Optional<String> format) {
    logFormat = format;
    return this;
  }

  /** Runs something once every socket is being served, before the log is. */
  public Service onReady(Runnable action) {
    onReady = action;
    return this;
  }

  /**
   * Serves until SIGTERM, SIGINT or the end of the only connection.
   *
   * @return the exit status
   */
  public int run(Source source) {
    Requests requests = Requests.ofSignals();
    Planner planner = new Planner(configFile, builtIn);
    Gateway gateway;
    Planner.Plan plan;
    Keeper keeper;
    try {
      ensureEpoll();
      plan = planner.plan(source);
      boolean keeping = plan.configuration().keepConnections();
      keeper = keeping || !plan.kept().isEmpty() ? new Keeper(keeping) : null;
      gateway = Gateway.start(plan, requests, keeper);
    } catch (FaultException fault) {
      return fail(fault, planner.forLog());
    }
    Notifier notifier = Notifier.of(environment);
    notifier.ready(ServiceReport.status(plan.bindings()));
    long readyNanos = System.nanoTime();
    onReady.run();

    awaitFirstAnswers(requests);
    ServiceReport.listeners(logger, plan.bindings());
    ServiceReport.ready(logger, plan.bindings(), readyNanos);
    Runnable stopLog = startLog(plan.configuration());
    if (keeper != null) {
      keeper.open(notifier.descriptorStore(), environment);
    }
    try {
      new Supervision(environment, planner, gateway, notifier, requests).run(plan);
    } catch (InterruptedException nobodyInterrupts) {
      throw new IllegalStateException(nobodyInterrupts);
    }
    ServiceReport.totals(logger, plan.bindings());
    stopLog.run();
    return 0;
  }

  /**
   * Clients are being served, and nothing else is urgent: what the log needs would only slow them.
   */
  private static void awaitFirstAnswers(Requests requests) {
    try {
      requests.awaitStop(FIRST_ANSWERS_MILLIS);
    } catch (InterruptedException nobodyInterrupts) {
      throw new IllegalStateException(nobodyInterrupts);
    }
  }

  private Runnable startLog(Configuration configuration) {
    return LogSetup.start(
        logLevel.orElse(configuration.log().level()),
        logFormat.orElse(configuration.log().format()).equals(Configuration.LOG_JSON),
        configuration.log().logback(),
        LogReader.of(environment));
  }

  private static void ensureEpoll() throws FaultException {
    if (!Epoll.isAvailable()) {
      throw new FaultException(
          List.of(
              Fault.activation(
                  "Netty's epoll library cannot be loaded ("
                      + Epoll.unavailabilityCause()
                      + "); expected Linux with glibc on x86_64 or aarch64, and a temporary folder"
                      + " from which libraries may be loaded (or -Djava.library.path=)")));
    }
  }

  private int fail(FaultException fault, Configuration forLog) {
    Runnable stopLog = startLog(forLog);
    fault.faults().forEach(each -> logger.error(event(each), "{}", each));
    if (fault.faults().size() > 1) {
      logger.error(LogEvent.START_FAILED, "{} faults, nothing is served", fault.faults().size());
    }
    stopLog.run();
    return fault.exitStatus();
  }

  private static LogEvent event(Fault fault) {
    return fault.kind() == Fault.Kind.CONFIGURATION
        ? LogEvent.CONFIGURATION_FAULT
        : LogEvent.ACTIVATION_FAULT;
  }
}

package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.StopSignals;
import io.fdgate.load.Address;
import io.fdgate.load.Cold;
import io.fdgate.load.LoadException;
import io.fdgate.load.Measurement;
import io.fdgate.load.Plan;
import io.fdgate.load.Progress;
import io.fdgate.load.Report;
import io.fdgate.load.ReportFiles;
import io.fdgate.load.Target;
import io.fdgate.load.Threshold;
import io.fdgate.load.Unit;
import io.fdgate.protocol.BuildVersion;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fdgate load}: the load tester. */
@Command(
    name = "load",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    subcommands = LoadReportCommand.class,
    description = {
      "Measures an echo service or an HTTP resource, and checks every byte that",
      "comes back. Without --rate each answer is followed by the next message",
      "(closed loop). With it, messages are sent when they are due, and latencies",
      "count from then on, whatever the target keeps waiting (open loop). Ctrl-C",
      "ends it early and prints what was measured so far.",
      ""
    },
    footer = {
      "",
      "Exit status:  0    measured, without errors",
      "              1    the target cannot be reached, answers wrongly or had errors",
      "              2    a --fail-if was met",
      "              78   a fault of the command line",
      "              130  ended early by Ctrl-C",
      "",
      "Try:  fdgate load tcp:localhost:3000 --connections 50",
      "      fdgate load http://localhost:3080/plaintext --rate 5000 --html load.html",
      "      fdgate load unix:/run/echo.sock --fail-if 'p99>5ms' --fail-if 'rate<10000'",
      "      fdgate load tcp:localhost:3000 --cold echo@demo.service --user --stop"
    })
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class LoadCommand implements Callable<Integer> {
  private static final int INTERRUPTED = 130;
  private static final Duration DAY = Duration.ofDays(1);

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "TARGET",
      description =
          "tcp:HOST:PORT, udp:HOST:PORT, unix:PATH, unixgram:PATH, vsock:CID:PORT of an echo"
              + " service (@NAME in place of PATH for an abstract one), or http://HOST[:PORT]/PATH.")
  private @Nullable String target;

  @Option(
      names = {"-c", "--connections"},
      paramLabel = "N",
      defaultValue = "10",
      description = "Connections (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = {"-s", "--size"},
      paramLabel = "SIZE",
      description =
          "Bytes of a message, such as 1400 or 64KiB (default: 64). For http: POST so many, and"
              + " expect them back (default: GET).")
  private @Nullable String size;

  @Option(
      names = "--depth",
      paramLabel = "N",
      defaultValue = "1",
      description = "The most messages in flight on a connection (default: ${DEFAULT-VALUE}).")
  private int depth;

  @Option(
      names = {"-d", "--duration"},
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long to measure, such as 30s or 5min (default: ${DEFAULT-VALUE}).")
  private String duration;

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      defaultValue = "2s",
      description = "How long before that nothing counts (default: ${DEFAULT-VALUE}).")
  private String warmUp;

  @Option(
      names = {"-n", "--count"},
      paramLabel = "N",
      description = "End after so many answers, if that comes before the end of --duration.")
  private @Nullable Long count;

  @Option(
      names = {"-r", "--rate"},
      paramLabel = "N",
      description = "Messages a second in all (open loop). Without it: as fast as answers come.")
  private @Nullable Double rate;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Event loops (default: half of the cores).")
  private @Nullable Integer threads;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      description =
          "How long a connection or an answer may take; a datagram then counts as lost (default:"
              + " 10s, and 1s for datagrams after the first).")
  private @Nullable String timeout;

  @Option(names = "--http2", description = "HTTP/2 without TLS, by prior knowledge.")
  private boolean http2;

  @Option(
      names = "--via",
      paramLabel = "ADDRESS",
      description = "For http: connect to unix:PATH, vsock:CID:PORT or tcp:HOST:PORT instead.")
  private @Nullable String via;

  @Option(
      names = "--any-body",
      description = "For http: bodies may differ. Without it, all must be that of the first.")
  private boolean anyBody;

  @Option(
      names = "--fail-if",
      paramLabel = "BOUND",
      description = {
        "End with status 2 if it is met, such as 'p99>5ms', 'rate<10000', 'errors>0.1%%',"
            + " 'lost>0'. Of p50 to p99.999, max, mean, rate, errors, lost. Can be repeated."
      })
  private List<String> failIf = List.of();

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Also write the report as JSON; - prints it instead of the text.")
  private @Nullable String json;

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Also write the report as one HTML page.")
  private @Nullable Path html;

  @Option(
      names = "--label",
      paramLabel = "TEXT",
      description = "What the run is called in reports (default: the target).")
  private @Nullable String label;

  @Option(
      names = "--cold",
      paramLabel = "UNIT",
      description =
          "Measure activation: wait until this service is inactive, connect, take the time to the"
              + " first byte; again and again.")
  private @Nullable String cold;

  @Option(names = "--user", description = "For --cold: a unit of the user's manager.")
  private boolean user;

  @Option(
      names = "--stop",
      description = "For --cold: stop the unit each time, in place of waiting until it is idle.")
  private boolean stop;

  @Option(
      names = "--activations",
      paramLabel = "N",
      defaultValue = "10",
      description = "For --cold: how often (default: ${DEFAULT-VALUE}).")
  private int activations;

  @Option(
      names = "--wait",
      paramLabel = "TIME",
      defaultValue = "5min",
      description = "For --cold: how long to wait for the unit to end (default: ${DEFAULT-VALUE}).")
  private String wait;

  @Override
  public Integer call() throws FaultException {
    try {
      List<Threshold> thresholds = new ArrayList<>();
      for (String each : failIf) {
        thresholds.add(Threshold.parse(each));
      }
      Plan plan = plan();
      Measurement measurement = new Measurement(plan, activation(), Progress.standardError());
      StopSignals.install().onStop(measurement::stop);
      Report report =
          measurement.run(
              label == null ? plan.target().text() : label, BuildVersion.text(), thresholds);
      write(report);
      return report.interrupted() ? INTERRUPTED : report.exitStatus();
    } catch (LoadException failure) {
      throw fault(failure);
    } catch (SettingException wrong) {
      throw new FaultException(
          List.of(Fault.configuration(wrong.key() + " " + wrong.getMessage())));
    }
  }

  /** The same in words for the one who started it. */
  static FaultException fault(LoadException failure) {
    String message = String.valueOf(failure.getMessage());
    return new FaultException(
        List.of(
            switch (failure.kind()) {
              case USAGE -> Fault.configuration(message);
              case TARGET -> Fault.activation(message);
            }));
  }

  private Plan plan() throws LoadException, SettingException {
    if (target == null) {
      throw LoadException.usage(
          "load what? (expected: "
              + Address.EXPECTED
              + " of an echo service, or http://HOST[:PORT]/PATH; fdgate load --help has examples)");
    }
    Target asked = Target.parse(target, Optional.ofNullable(via), http2);
    boolean datagrams = asked.address().isDatagram();
    Duration patience = span("--timeout", timeout == null ? "10s" : timeout, Duration.ofMillis(1));
    Plan.Shape shape =
        new Plan.Shape(
            whole("--connections", connections, 100_000),
            bytes(size == null ? (asked.http().isPresent() ? "0" : "64") : size),
            whole("--depth", depth, 1 << 20),
            whole(
                "--threads",
                threads == null
                    ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2)
                    : threads,
                1024));
    if (rate != null && !(rate > 0 && rate <= 1e8)) {
      throw LoadException.usage("--rate is " + rate + " (expected: messages a second, above 0)");
    }
    if (count != null && count < 1) {
      throw LoadException.usage("--count is " + count + " (expected: 1 or more)");
    }
    return new Plan(
        asked,
        shape,
        rate == null ? OptionalDouble.empty() : OptionalDouble.of(rate),
        new Plan.Times(
            span("--warm-up", warmUp, Duration.ZERO),
            span("--duration", duration, Duration.ofMillis(1)),
            timeout == null && datagrams ? Duration.ofSeconds(1) : patience,
            patience),
        count == null ? OptionalLong.empty() : OptionalLong.of(count),
        anyBody ? Plan.Body.ANY : Plan.Body.SAME);
  }

  private Optional<Cold> activation() throws LoadException, SettingException {
    if (cold == null) {
      return Optional.empty();
    }
    return Optional.of(
        new Cold(
            Unit.service(cold, user),
            whole("--activations", activations, 1_000_000),
            stop,
            span("--wait", wait, Duration.ZERO)));
  }

  private void write(Report report) throws LoadException {
    if (json != null && json.equals("-")) {
      spec.commandLine().getOut().print(ReportFiles.json(report));
    } else {
      spec.commandLine().getOut().println(ReportFiles.text(report));
    }
    spec.commandLine().getOut().flush();
    if (json != null && !json.equals("-")) {
      ReportFiles.writeJson(Path.of(json), report);
    }
    if (html != null) {
      ReportFiles.writeHtml(html, List.of(report));
    }
  }

  private static int whole(String option, int value, int most) throws SettingException {
    return Setting.integer(option, 1, 1, most, "").parse(value);
  }

  private static int bytes(String value) throws SettingException {
    return Setting.size("--size", 0, 0, 64 << 20, "").parse(value).intValue();
  }

  private static Duration span(String option, String value, Duration least)
      throws SettingException {
    return Setting.duration(option, DAY, least, DAY, "").parse(value);
  }
}

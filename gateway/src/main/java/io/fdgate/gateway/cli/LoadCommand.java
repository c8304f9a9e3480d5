package io.fdgate.gateway.cli;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.Requests;
import io.fdgate.load.LoadException;
import io.fdgate.load.Measurement;
import io.fdgate.load.Plan;
import io.fdgate.load.Progress;
import io.fdgate.load.Report;
import io.fdgate.load.ReportFiles;
import io.fdgate.load.Threshold;
import io.fdgate.protocol.BuildVersion;
import io.fdgate.protocol.SettingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
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

  @Spec private CommandSpec spec;

  @Mixin private LoadOptions options;

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

  @Mixin private ColdOptions coldOptions;

  @Override
  public Integer call() throws FaultException {
    try {
      List<Threshold> thresholds = new ArrayList<>();
      for (String each : failIf) {
        thresholds.add(Threshold.parse(each));
      }
      Plan plan = options.plan();
      Measurement measurement =
          new Measurement(plan, coldOptions.activation(), Progress.standardError());
      Requests.onStop(measurement::stop);
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
}

package io.fdgate.gateway.cli;

import io.fdgate.gateway.FaultException;
import io.fdgate.load.LoadException;
import io.fdgate.load.Report;
import io.fdgate.load.ReportFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fdgate load report}: runs side by side. */
@Command(
    name = "report",
    mixinStandardHelpOptions = true,
    description = "Puts reports that were written with --json side by side on one HTML page.")
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class LoadReportCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Reports, in order; at most 8.")
  private List<Path> files;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      required = true,
      description = "The page to write.")
  private Path output;

  @Override
  public Integer call() throws FaultException {
    try {
      List<Report> reports = new ArrayList<>();
      for (Path file : files) {
        reports.add(ReportFiles.read(file));
      }
      ReportFiles.writeHtml(output, reports);
      return 0;
    } catch (LoadException failure) {
      throw LoadCommand.fault(failure);
    }
  }
}

package io.fdgate.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark runs and gets the answers that it expects; its figures are not looked at. */
final class ExchangeBenchmarkTest {
  @Test
  void everyExchangeIsAnswered() throws Exception {
    var options =
        new OptionsBuilder()
            .include(ExchangeBenchmark.class.getName())
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(20))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    assertThat(new Runner(options).run()).hasSameSizeAs(ExchangeBenchmark.Exchange.values());
  }
}

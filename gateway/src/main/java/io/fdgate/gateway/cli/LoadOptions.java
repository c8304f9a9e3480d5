package io.fdgate.gateway.cli;

import io.fdgate.load.LoadException;
import io.fdgate.load.Plan;
import io.fdgate.load.Target;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What {@code fdgate load} is to do to its target: the options, and the plan that they make. */
@SuppressWarnings("NullAway.Init") // picocli sets the annotated fields
final class LoadOptions {
  private static final Duration DAY = Duration.ofDays(1);

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

  /** What is to be measured. */
  Plan plan() throws LoadException, SettingException {
    if (target == null) {
      throw LoadException.usage(
          "load what? (expected: "
              + Target.EXPECTED
              + " of an echo service, or http://HOST[:PORT]/PATH; fdgate load --help has examples)");
    }
    Target asked = Target.parse(target, Optional.ofNullable(via), http2);
    boolean datagrams = !asked.address().isStream();
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

  /** A number from 1. */
  static int whole(String option, int value, int most) throws SettingException {
    return Setting.integer(option, 1, 1, most, "").parse(value);
  }

  private static int bytes(String value) throws SettingException {
    return Setting.size("--size", 0, 0, 64 << 20, "").parse(value).intValue();
  }

  /** A time of a day at most. */
  static Duration span(String option, String value, Duration least) throws SettingException {
    return Setting.duration(option, DAY, least, DAY, "").parse(value);
  }
}

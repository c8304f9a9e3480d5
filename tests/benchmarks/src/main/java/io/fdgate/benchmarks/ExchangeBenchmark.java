package io.fdgate.benchmarks;

import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** One read of requests and the writing of their answers. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
@Fork(2)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class ExchangeBenchmark {
  // Those of http; the others have no such keys.
  private static final Settings SETTINGS =
      new Settings(Map.of("endpoints", true, "access_log", false));

  /** What is asked of which protocol. */
  public enum Exchange {
    /** 64 bytes. */
    ECHO_64("echo", "x".repeat(64), 64),
    /** 16 KiB. */
    ECHO_16K("echo", "x".repeat(16 * 1024), 16 * 1024),
    /** One command. */
    LINE_PING("line", "PING\n", 8),
    /** Sixteen commands in one read. */
    LINE_PING_16("line", "PING\n".repeat(16), 16 * 8),
    /** A command with an answer of its own length. */
    LINE_ECHO("line", "ECHO " + "x".repeat(100) + "\n", 104),
    /** One small request. */
    HTTP_PLAINTEXT("http", "GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n", 115),
    /** Sixteen of them in one read. */
    HTTP_PLAINTEXT_16(
        "http", "GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(16), 16 * 115);

    private final String protocol;
    private final String request;
    private final int answer;

    Exchange(String protocol, String request, int answer) {
      this.protocol = protocol;
      this.request = request;
      this.answer = answer;
    }
  }

  /** The exchange that is measured. */
  @Param public Exchange exchange = Exchange.ECHO_64;

  private final ByteBuf request = Unpooled.directBuffer();
  private @Nullable ServedChannel channel;

  /** Opens the channel. */
  @Setup
  public void open() throws SettingException {
    request.clear().writeCharSequence(exchange.request, StandardCharsets.US_ASCII);
    channel = ServedChannel.of(exchange.protocol, SETTINGS);
  }

  /** Closes the channel. */
  @TearDown
  public void close() {
    served().close();
  }

  /** One exchange, checked: a handler that answers nothing is fast. */
  @Benchmark
  public int exchange() {
    int answered = served().exchange(request);
    if (answered != exchange.answer) {
      throw new IllegalStateException(
          exchange + " was answered with " + answered + " bytes, expected " + exchange.answer);
    }
    return answered;
  }

  private ServedChannel served() {
    return Objects.requireNonNull(channel, "JMH calls open() first");
  }
}

package io.fdgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whole runs, against good targets and bad ones. */
final class MeasurementTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  private static Plan plan(String target, Plan.Shape shape, long count) throws LoadException {
    return new Plan(
        Target.parse(
            target.replaceFirst("^http:(\\d+)", "http://127.0.0.1:$1"), Optional.empty(), false),
        shape,
        OptionalDouble.empty(),
        new Plan.Times(Duration.ZERO, LONG, LONG, LONG),
        OptionalLong.of(count),
        Plan.Body.SAME);
  }

  private static Report run(Plan plan) throws LoadException {
    return new Measurement(plan, Optional.empty(), Progress.none()).run("run", "0", List.of());
  }

  private static String http(Service service) {
    return service.target().replaceFirst("tcp:", "http://") + "/x";
  }

  @Test
  void countsEchoesOnEveryConnection() throws Exception {
    try (Service echo = Service.tcp((in, out) -> in.transferTo(out))) {
      Report report = run(plan(echo.target(), new Plan.Shape(5, 1000, 3, 2), 5000));
      assertThat(report.answers()).isBetween(5000L, 5100L);
      assertThat(report.errors()).isZero();
      assertThat(report.latency().min()).isPositive();
      assertThat(report.exitStatus()).isZero();
      assertThat(report.timeline()).isNotEmpty();
    }
  }

  @Test
  void messagesMayBeLargerThanAllBuffers() throws Exception {
    try (Service echo = Service.tcp((in, out) -> in.transferTo(out))) {
      Report report = run(plan(echo.target(), new Plan.Shape(2, 3_000_001, 2, 1), 10));
      assertThat(report.answers()).isBetween(10L, 12L);
    }
  }

  @Test
  void wrongByteEndsTheRunAndIsShown() throws Exception {
    Service.Connection liar =
        (in, out) -> {
          byte[] message = new byte[100];
          for (int i = 0; in.readNBytes(message, 0, 100) == 100; i++) {
            message[50] = i == 7 ? (byte) '~' : message[50];
            out.write(message);
          }
        };
    try (Service service = Service.tcp(liar)) {
      assertThatThrownBy(() -> run(plan(service.target(), new Plan.Shape(1, 100, 1, 1), 100)))
          .isInstanceOf(LoadException.class)
          .hasMessageContaining("wrong answer on connection 1: at byte 50 of message 8 expected \"")
          .hasMessageContaining("got \"~");
    }
  }

  @Test
  void surplusBytesEndTheRun() throws Exception {
    Service.Connection chatty =
        (in, out) -> {
          byte[] message = new byte[8];
          while (in.readNBytes(message, 0, 8) == 8) {
            byte[] more = java.util.Arrays.copyOf(message, 9);
            more[8] = (byte) ('!' + (message[7] - '!' + 1) % Pattern.PERIOD);
            out.write(more);
          }
        };
    try (Service service = Service.tcp(chatty)) {
      assertThatThrownBy(() -> run(plan(service.target(), new Plan.Shape(1, 8, 1, 1), 100)))
          .hasMessageContaining("more bytes came back than were sent");
    }
  }

  @Test
  void lostConnectionsAreCountedAndOpenedAgain() throws Exception {
    Service.Connection brief =
        (in, out) -> {
          byte[] message = new byte[64];
          for (int i = 0; i < 3 && in.readNBytes(message, 0, 64) == 64; i++) {
            out.write(message);
          }
          in.readNBytes(message, 0, 64);
        };
    try (Service service = Service.tcp(brief)) {
      Report report = run(plan(service.target(), new Plan.Shape(1, 64, 1, 1), 7));
      assertThat(report.answers()).isEqualTo(7);
      assertThat(report.problems()).containsEntry(Problem.CLOSED.text(), 2L);
      assertThat(report.exitStatus()).isEqualTo(1);
    }
  }

  @Test
  void resetConnectionsAreCalledThat() throws Exception {
    try (Service service = Service.resetting((in, out) -> out.write(in.readNBytes(64)))) {
      Report report = run(plan(service.target(), new Plan.Shape(1, 64, 1, 1), 3));
      assertThat(report.problems()).containsEntry(Problem.CLOSED.text(), 2L);
      assertThat(report.firstError()).isEqualTo("Connection reset by peer");
    }
  }

  @Test
  void targetThatIsNotThereIsNamed() throws Exception {
    String target;
    try (Service service = Service.tcp((_, _) -> {})) {
      target = service.target();
    }
    assertThatThrownBy(() -> run(plan(target, new Plan.Shape(1, 8, 1, 1), 1)))
        .isInstanceOf(LoadException.class)
        .hasMessageContaining(
            target + " cannot be reached: Connection refused; is the .socket unit");
    assertThatThrownBy(() -> run(plan("unix:/nowhere/s", new Plan.Shape(1, 8, 1, 1), 1)))
        .hasMessageContaining("unix:/nowhere/s cannot be reached: no such socket;");
  }

  @Test
  void targetThatClosesAtOnceIsNoEchoService() throws Exception {
    try (Service service = Service.tcp((in, _) -> in.read())) {
      assertThatThrownBy(() -> run(plan(service.target(), new Plan.Shape(1, 64, 1, 1), 1)))
          .hasMessageContaining("; is it an echo service?");
    }
  }

  @Test
  void openLoopChargesTheTargetForAllThatItKeepsWaiting() throws Exception {
    Service.Connection stuck =
        (in, out) -> {
          out.write(in.readNBytes(64));
          in.transferTo(java.io.OutputStream.nullOutputStream());
        };
    try (Service service = Service.tcp(stuck)) {
      Plan closed = plan(service.target(), new Plan.Shape(1, 64, 1, 1), 1000);
      Plan open =
          new Plan(
              closed.target(),
              closed.shape(),
              OptionalDouble.of(100),
              new Plan.Times(Duration.ZERO, Duration.ofMillis(500), LONG, LONG),
              OptionalLong.empty(),
              Plan.Body.SAME);
      Report report = run(open);
      assertThat(report.answers()).isEqualTo(1);
      assertThat(report.unanswered()).isGreaterThanOrEqualTo(49);
      assertThat(report.latency().at(50)).isGreaterThan(200e6);
    }
  }

  @Test
  void openLoopSendsNoMoreThanIsDue() throws Exception {
    try (Service echo = Service.tcp((in, out) -> in.transferTo(out))) {
      Plan plan = plan(echo.target(), new Plan.Shape(4, 64, 1, 1), 1);
      Report report =
          run(
              new Plan(
                  plan.target(),
                  plan.shape(),
                  OptionalDouble.of(200),
                  new Plan.Times(Duration.ofMillis(100), Duration.ofSeconds(1), LONG, LONG),
                  OptionalLong.empty(),
                  Plan.Body.SAME));
      assertThat(report.answers() + report.unanswered())
          .isBetween((long) (200 * 0.9), (long) (200 * report.seconds()) + 25);
    }
  }

  @Test
  void lostDatagramsAreCountedAndLateOnesIgnored() throws Exception {
    AtomicInteger seen = new AtomicInteger();
    try (Service service = Service.udp(_ -> seen.incrementAndGet() % 10 == 0 ? 0 : 2)) {
      Plan plan = plan(service.target(), new Plan.Shape(2, 64, 4, 1), 200);
      Report report =
          run(
              new Plan(
                  plan.target(),
                  plan.shape(),
                  plan.rate(),
                  new Plan.Times(Duration.ZERO, LONG, Duration.ofMillis(200), LONG),
                  plan.count(),
                  plan.body()));
      assertThat(report.answers()).isBetween(200L, 208L);
      assertThat(report.lost()).isPositive();
      assertThat(report.errors()).isZero();
    }
  }

  @Test
  void refusesDatagramsLongerThanUdpHas() throws Exception {
    try (Service service = Service.tcp((_, _) -> {})) {
      assertThatThrownBy(() ->
              run(plan(service.target().replace("tcp", "udp"), new Plan.Shape(1, 65_508, 1, 1), 1)))
          .hasMessageContaining("--size is 65508 (expected: at most 65507 for UDP)");
    }
  }

  @Test
  void bodiesMustBeThatOfTheFirst() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Service.Connection changing =
        (in, out) -> {
          while (readHead(in)) {
            String body = asked.incrementAndGet() > 5 ? "other" : "first";
            out.write(
                ("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n" + body)
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
          }
        };
    try (Service service = Service.tcp(changing)) {
      assertThatThrownBy(() -> run(plan(http(service), new Plan.Shape(1, 0, 1, 1), 100)))
          .hasMessageContaining("the body differs from that of the first answer")
          .hasMessageContaining("--any-body");
    }
  }

  private static boolean readHead(InputStream in) throws java.io.IOException {
    int ends = 0;
    for (int next = in.read(); next >= 0; next = in.read()) {
      ends = next == '\n' ? ends + 1 : next == '\r' ? ends : 0;
      if (ends == 2) {
        return true;
      }
    }
    return false;
  }

  @Test
  void announcedEndsOfConnectionsAreNoErrors() throws Exception {
    try (Service service =
        Service.http("HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")) {
      Report report = run(plan(http(service), new Plan.Shape(3, 0, 1, 1), 60));
      assertThat(report.answers()).isBetween(60L, 63L);
      assertThat(report.errors()).isZero();
    }
  }

  @Test
  void otherStatusesAreErrors() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    Service.Connection sometimes =
        (in, out) -> {
          while (readHead(in)) {
            String status = asked.incrementAndGet() % 4 == 0 ? "503 Busy" : "200 OK";
            out.write(
                ("HTTP/1.1 " + status + "\r\ncontent-length: 0\r\n\r\n")
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
          }
        };
    try (Service service = Service.tcp(sometimes)) {
      Report report = run(plan(http(service), new Plan.Shape(1, 0, 1, 1), 30));
      assertThat(report.answers()).isEqualTo(30);
      assertThat(report.problems()).containsEntry(Problem.STATUS.text(), 10L);
      assertThat(report.firstError()).isEqualTo("status 503 Busy");
    }
  }

  @Test
  void answerThatIsNoHttpEndsTheRun() throws Exception {
    try (Service service = Service.http("SSH-2.0-x\r\n\r\n")) {
      assertThatThrownBy(() -> run(plan(http(service), new Plan.Shape(1, 0, 1, 1), 1)))
          .hasMessageContaining("wrong answer on connection 1: expected HTTP/1.1");
    }
  }
}

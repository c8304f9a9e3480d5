package io.fdgate.protocol.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LineHandlerTest {
  private static final long MILLIS = SampleSocket.IDLE.toMillis();

  private final SampleSocket socket = SampleSocket.create();
  private DuplexTestChannel channel = new DuplexTestChannel(new LineHandler(socket.service()));

  @AfterEach
  void closeAndCheck() {
    channel.finishAndReleaseAll();
  }

  @Test
  void answersALine() {
    channel.send("PING\n");
    assertThat(channel.received()).isEqualTo("OK PONG\n");
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void answersPipelinedLinesInOrder() {
    channel.send("ECHO 1\r\nping\nECHO 2\nfoo\n\nECHO 3\n");
    assertThat(channel.received())
        .isEqualTo(
            """
            OK 1
            OK PONG
            OK 2
            ERR unknown there is no such command; try HELP
            ERR empty the line has no command; try HELP
            OK 3
            """);
  }

  @Test
  void answersAByteAtATime() {
    for (byte each : "ECHO grün\r\nPING\n".getBytes(StandardCharsets.UTF_8)) {
      channel.send(new byte[] {each});
    }
    assertThat(channel.received()).isEqualTo("OK grün\nOK PONG\n");
  }

  @Test
  void answersTheLastLineWithoutALineEndThenCloses() {
    channel.send("ECHO 1\nECHO 2");
    assertThat(channel.received()).isEqualTo("OK 1\n");
    channel.halfClose();
    assertThat(channel.received()).isEqualTo("OK 2\n");
    assertThat(channel.isOpen()).isFalse();
    assertThat(socket.counters().peerFaults()).isZero();
  }

  @Test
  void closesWithoutAnAnswerWhenThereWasNoLine() {
    channel.halfClose();
    assertThat(channel.received()).isEmpty();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void answersAnOverlongLineOnceAndGoesOnBehindIt() {
    channel.send("x".repeat(SampleSocket.LONGEST + 1));
    assertThat(channel.received()).isEqualTo("ERR length the line is longer than 32 bytes\n");
    channel.send("y".repeat(100_000));
    channel.send("z\nPING\n");
    assertThat(channel.received()).isEqualTo("OK PONG\n");
    assertThat(socket.counters().peerFaults()).isOne();
  }

  @Test
  void answersMalformedUtf8AndGoesOn() {
    channel.send(new byte[] {'E', 'C', 'H', 'O', ' ', (byte) 0xff, '\n', 'P', 'I', 'N', 'G', '\n'});
    assertThat(channel.received())
        .isEqualTo("ERR utf8 the line is not UTF-8 from byte 6\nOK PONG\n");
    assertThat(socket.counters().peerFaults()).isOne();
  }

  @Test
  void countsAConnectionWithManyFaultsOnce() {
    channel.send("\1\n\2\n\3\n");
    assertThat(channel.received().lines()).hasSize(3).allMatch(line -> line.startsWith("ERR cont"));
    assertThat(socket.counters().peerFaults()).isOne();
  }

  @Test
  void endsItsSideAfterQuitAndClosesWhenThePeerDoes() {
    channel.send("PING\nQUIT\nPING\n");
    assertThat(channel.received()).isEqualTo("OK PONG\nOK bye\n");
    assertThat(channel.isOutputShutdown()).isTrue();
    channel.send("PING\n");
    assertThat(channel.received()).isEmpty();
    assertThat(channel.isOpen()).isTrue();
    channel.halfClose();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void closesAfterASecondWhenThePeerIgnoresTheEnd() {
    channel.send("QUIT\n");
    channel.advanceTimeBy(999, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isTrue();
    channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void closesAnIdleConnectionQuietly() {
    pass(MILLIS - 1);
    channel.send("PING\n");
    pass(MILLIS - 1);
    assertThat(channel.isOpen()).isTrue();
    pass(1);
    assertThat(channel.isOpen()).isFalse();
    assertThat(channel.received()).isEqualTo("OK PONG\n");
    assertThat(socket.counters().peerFaults()).isZero();
  }

  @Test
  void closesAConnectionThatDripsBytesButCompletesNoLine() {
    for (int i = 0; i < 10; i++) {
      channel.send("x");
      pass(MILLIS / 10);
    }
    assertThat(channel.isOpen()).isFalse();
    assertThat(socket.counters().peerFaults()).isOne();
  }

  @Test
  void closesAConnectionThatTakesNoAnswers() {
    channel.peerStopsReading();
    channel.send("PING\n");
    pass(MILLIS);
    assertThat(channel.isOpen()).isFalse();
    assertThat(socket.counters().peerFaults()).isOne();
  }

  @Test
  void keepsAConnectionThatTakesAnswersSlowly() {
    channel.peerStopsReading();
    channel.send("ECHO 0123456789\n".repeat(8_000));
    pass(MILLIS - 1);
    channel.peerReadsABuffer();
    assertThat(channel.isWritable()).isFalse();
    pass(MILLIS - 1);
    assertThat(channel.isOpen()).isTrue();
    pass(MILLIS);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void stopsReadingAndAnsweringWhileThePeerDoesNotRead() {
    channel.peerStopsReading();
    String line = "ECHO " + "x".repeat(27) + "\n";
    channel.send(line.repeat(10_000));
    assertThat(channel.isWritable()).isFalse();
    assertThat(channel.config().isAutoRead()).isFalse();
    assertThat(channel.unsafe().outboundBuffer().totalPendingWriteBytes()).isLessThan(128 * 1024);
    channel.halfClose();
    assertThat(channel.isOpen()).isTrue();

    channel.peerReadsOn();
    assertThat(channel.received()).isEqualTo(("OK " + "x".repeat(27) + "\n").repeat(10_000));
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void readsOnWhenThePeerDoes() {
    channel.peerStopsReading();
    channel.send("ECHO 0123456789\n".repeat(8_000));
    channel.peerReadsOn();
    assertThat(channel.received().lines()).hasSize(8_000);
    assertThat(channel.config().isAutoRead()).isTrue();
  }

  @Test
  void releasesWhatItHoldsWhenTheConnectionBreaks() {
    ByteBuf input =
        Unpooled.copiedBuffer("ECHO 0123456789\n".repeat(8_000), StandardCharsets.US_ASCII);
    channel.peerStopsReading();
    channel.writeInbound(input);
    assertThat(input.refCnt()).isOne();
    channel.pipeline().fireExceptionCaught(new IOException("Connection reset by peer"));
    channel.runPendingTasks();
    assertThat(channel.isOpen()).isFalse();
    assertThat(input.refCnt()).isZero();
    assertThat(socket.counters().peerFaults()).isOne();
  }

  @Test
  void goesOnWhenACommandFails() {
    channel.finishAndReleaseAll();
    LineCommand broken =
        new ScriptedCommand(
            "BREAK",
            _ -> {
              throw new IllegalStateException("secret");
            });
    LineCommand fine = new ScriptedCommand("FINE", _ -> LineAnswer.ok("a\r\nOK b\u001b[1m\u009b"));
    channel = new DuplexTestChannel(new LineHandler(socket.service(broken, fine)));
    channel.send("BREAK\nFINE\nBREAK\n");
    assertThat(channel.received())
        .isEqualTo(
            """
            ERR internal the command failed; the log of the gateway says why
            OK a??OK b?[1m?
            ERR internal the command failed; the log of the gateway says why
            """);
    assertThat(socket.counters().peerFaults()).isZero();
  }

  private void pass(long millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }
}

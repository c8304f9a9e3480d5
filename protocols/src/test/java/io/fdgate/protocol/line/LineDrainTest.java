package io.fdgate.protocol.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.GatewayEvent;
import io.fdgate.protocol.KeptConnection;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a connection does when the gateway stops, or leaves it to the next process. */
final class LineDrainTest {
  private final SampleSocket socket = SampleSocket.create();
  private final DuplexTestChannel channel =
      new DuplexTestChannel(new LineHandler(socket.service()));

  @AfterEach
  void closeAndCheck() {
    channel.finishAndReleaseAll();
  }

  @Test
  void answersOnceMoreWhenTheGatewayDrains() {
    channel.send("PING\nPI");
    drain();
    assertThat(channel.received()).isEqualTo("OK PONG\n");
    assertThat(channel.isOutputShutdown()).isFalse();
    channel.send("NG\n");
    channel.send("PING\n");
    assertThat(channel.received()).isEqualTo("OK PONG\n");
    assertThat(channel.isOutputShutdown()).isTrue();
    channel.halfClose();
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void closesAnIdleConnectionSomeTimeAfterTheGatewayBeganToDrain() {
    drain();
    pass(GatewayEvent.GRACE.toMillis() - 1);
    assertThat(channel.isOutputShutdown()).isFalse();
    pass(1);
    assertThat(channel.isOutputShutdown()).isTrue();
  }

  @Test
  void answersWhatWasReceivedBeforeADrain() {
    channel.peerStopsReading();
    channel.send("ECHO 0123456789\n".repeat(8_000));
    drain();
    channel.send("PING\n");
    assertThat(channel.isOutputShutdown()).isFalse();
    channel.peerReadsOn();
    assertThat(channel.received()).isEqualTo("OK 0123456789\n".repeat(8_000) + "OK PONG\n");
    assertThat(channel.isOutputShutdown()).isTrue();
  }

  @Test
  void leavesAConnectionThatIsKeptBetweenTwoLines() {
    Leaver leaver = new Leaver();
    channel.attr(KeptConnection.KEY).set(leaver);
    channel.send("PING\nPI");
    channel.pipeline().fireUserEventTriggered(GatewayEvent.LEAVE);
    channel.runPendingTasks();
    assertThat(leaver.left).isFalse();
    channel.send("NG\n");
    channel.runPendingTasks();
    assertThat(channel.received()).isEqualTo("OK PONG\nOK PONG\n");
    assertThat(leaver.left).isTrue();
    assertThat(channel.isOutputShutdown()).isFalse();
  }

  @Test
  void leavesAConnectionThatIsKeptOnceThePeerHasTakenTheAnswers() {
    Leaver leaver = new Leaver();
    channel.attr(KeptConnection.KEY).set(leaver);
    channel.peerStopsReading();
    channel.send("PING\n");
    channel.pipeline().fireUserEventTriggered(GatewayEvent.LEAVE);
    channel.runPendingTasks();
    assertThat(leaver.left).isFalse();
    channel.peerReadsOn();
    channel.runPendingTasks();
    assertThat(channel.received()).isEqualTo("OK PONG\n");
    assertThat(leaver.left).isTrue();
  }

  /** Notes when the connection is left. */
  private static final class Leaver implements KeptConnection {
    private boolean left;

    @Override
    public boolean isResumed() {
      return false;
    }

    @Override
    public OptionalInt takeCompanion() {
      return OptionalInt.empty();
    }

    @Override
    public void keepWith(int fd) {}

    @Override
    public void leave() {
      left = true;
    }
  }

  private void drain() {
    channel.pipeline().fireUserEventTriggered(GatewayEvent.DRAIN);
    channel.runPendingTasks();
  }

  private void pass(long millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }
}

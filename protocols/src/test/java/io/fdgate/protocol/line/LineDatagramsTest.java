package io.fdgate.protocol.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.DatagramPeer;
import io.fdgate.protocol.Endpoint;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineDatagramsTest {
  private final SampleSocket socket = SampleSocket.create();
  private final LineDatagrams datagrams = new LineDatagrams(socket.service());

  @Test
  void answersEveryLineInOneDatagram() {
    assertThat(answers("PING\r\nECHO a\nfoo\nECHO b"))
        .containsExactly("OK PONG\nOK a\nERR unknown there is no such command; try HELP\nOK b\n");
  }

  @Test
  void goesOnAfterQuit() {
    assertThat(answers("QUIT\nPING\n")).containsExactly("OK bye\nOK PONG\n");
  }

  @Test
  void keepsNothingOfADatagramForTheNext() {
    assertThat(answers("x".repeat(100))).singleElement().asString().startsWith("ERR length");
    assertThat(answers("PING")).containsExactly("OK PONG\n");
    assertThat(answers("PING")).containsExactly("OK PONG\n");
  }

  @Test
  void namesTheSender() {
    assertThat(answers("WHOAMI"))
        .containsExactly("OK peer=/tmp/peer socket=my%20line address=/run/a%20b%3Bc%25.sock\n");
  }

  @Test
  void doesNotAnswerAnEmptyDatagram() {
    assertThat(answers("")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"OK PONG\n", "OK", "ERR unknown x\nPING\n", "ok PING"})
  void doesNotAnswerAnAnswer(String datagram) {
    assertThat(answers(datagram)).isEmpty();
    assertThat(socket.counters().peerFaults()).isOne();
  }

  @Test
  void countsAMalformedDatagramOnce() {
    assertThat(answers("\1\n\2\nPING\n")).singleElement().asString().endsWith("OK PONG\n");
    assertThat(socket.counters().peerFaults()).isOne();
  }

  @Test
  void saysThatTheReplyIsFull() {
    String reply = answers("\n".repeat(60_000)).getFirst();
    assertThat(reply)
        .endsWith(
            "\nERR full the reply is full; this line and those behind it have" + " no answer\n");
    assertThat(reply.length()).isBetween(65_000, 65_507);
  }

  private List<String> answers(String datagram) {
    ByteBuf content = Unpooled.copiedBuffer(datagram, StandardCharsets.UTF_8);
    List<String> replies = new ArrayList<>();
    datagrams.datagram(
        content,
        new DatagramPeer() {
          @Override
          public Endpoint address() {
            return Endpoint.Unix.ofPath("/tmp/peer");
          }

          @Override
          public void reply(ByteBuf reply) {
            replies.add(reply.toString(StandardCharsets.UTF_8));
          }

          @Override
          public DatagramPeer lasting() {
            return this;
          }
        });
    assertThat(content.refCnt()).isOne();
    assertThat(content.readerIndex()).isZero();
    return replies;
  }
}

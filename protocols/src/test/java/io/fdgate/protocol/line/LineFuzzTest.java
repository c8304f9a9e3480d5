package io.fdgate.protocol.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.fdgate.protocol.line.command.EchoCommand;
import io.fdgate.protocol.line.command.HelpCommand;
import io.fdgate.protocol.line.command.PingCommand;
import io.fdgate.protocol.line.command.QuitCommand;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Feeds any bytes to a connection, in chunks of a size that the first byte gives. */
class LineFuzzTest {
  private static final String QUIT_ANSWER = "OK bye";

  @FuzzTest(maxDuration = "10s")
  void everyLineHasOneCleanAnswer(byte[] data) throws CharacterCodingException {
    int chunk = data.length == 0 ? 1 : Math.max(1, data[0] & 0xff);
    byte[] input = data.length == 0 ? data : Arrays.copyOfRange(data, 1, data.length);
    String answers = converse(input, chunk);
    assertThat(answers).isEqualTo(converse(input, Math.max(1, input.length)));

    String[] lines = answers.isEmpty() ? new String[0] : answers.split("\n", -1);
    int count = Math.max(0, lines.length - 1);
    for (int i = 0; i < count; i++) {
      assertThat(lines[i]).matches("OK( .*)?|ERR [a-z][a-z0-9-]*( .*)?");
      assertThat(lines[i].chars().noneMatch(Character::isISOControl)).as(lines[i]).isTrue();
    }
    assertThat(answers.isEmpty() || answers.endsWith("\n")).isTrue();
    // ECHO answers "OK bye" too: then the count decides.
    boolean mayHaveQuit = count > 0 && lines[count - 1].equals(QUIT_ANSWER);
    assertThat(count).isLessThanOrEqualTo(lineCount(input));
    if (!mayHaveQuit) {
      assertThat(count).isEqualTo(lineCount(input));
    }
  }

  private static int lineCount(byte[] input) {
    int count = 0;
    for (byte each : input) {
      count += each == '\n' ? 1 : 0;
    }
    return input.length > 0 && input[input.length - 1] != '\n' ? count + 1 : count;
  }

  private static String converse(byte[] input, int chunk) throws CharacterCodingException {
    LineService service =
        SampleSocket.create()
            .service(new EchoCommand(), new HelpCommand(), new PingCommand(), new QuitCommand());
    DuplexTestChannel channel = new DuplexTestChannel(new LineHandler(service));
    for (int at = 0; at < input.length; at += chunk) {
      channel.send(Arrays.copyOfRange(input, at, Math.min(input.length, at + chunk)));
    }
    channel.halfClose();
    assertThat(channel.isOpen()).isFalse();
    byte[] answers = channel.receivedBytes();
    channel.finishAndReleaseAll();
    channel.checkException();
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(answers)).toString();
  }
}

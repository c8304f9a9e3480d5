package io.fdgate.protocol.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LineSplitterTest {
  private static final int LONGEST = 5;

  @ParameterizedTest
  @CsvSource(
      delimiter = '>',
      ignoreLeadingAndTrailingWhitespace = true,
      textBlock =
          """
          a~                > [a]
          a~b~              > [a][b]
          a^~b~             > [a][b]
          a^b~              > [a^b]
          a^^~              > [a^]
          ~                 > []
          ^~                > []
          ~~                > [][]
          a                 > [a]
          a^                > [a]
          ^                 > []
          12345~            > [12345]
          12345^~           > [12345]
          12345             > [12345]
          12345^            > [12345]
          123456~a~         > (long)[a]
          12345^6~a~        > (long)[a]
          12345^^~a~        > (long)[a]
          1234567890~       > (long)
          1234567890        > (long)
          1234567890~12345~ > (long)[12345]
          1234567890~6~~    > (long)[6][]
          12345678~87654321~a > (long)(long)[a]
          """)
  void cutsAtLineEndsHoweverTheBytesArrive(String input, String expected) {
    byte[] bytes = input.replace('~', '\n').replace('^', '\r').getBytes(StandardCharsets.US_ASCII);
    for (int chunk = 1; chunk <= bytes.length; chunk++) {
      assertThat(split(bytes, chunk)).as("chunks of %d", chunk).isEqualTo(expected);
    }
  }

  @Test
  void findsNothingInNothing() {
    assertThat(split(new byte[0], 1)).isEmpty();
  }

  @Test
  void beginsAgainAfterTheEnd() {
    LineSplitter splitter = new LineSplitter(LONGEST);
    splitter.next(Unpooled.copiedBuffer("1234567", StandardCharsets.US_ASCII));
    assertThat(splitter.end()).isEqualTo(LineSplitter.Found.NOTHING);
    assertThat(splitter.isInLine()).isFalse();
    assertThat(splitter.next(Unpooled.copiedBuffer("a\n", StandardCharsets.US_ASCII)))
        .isEqualTo(LineSplitter.Found.LINE);
  }

  @Test
  void knowsThatALineIsUnfinished() {
    LineSplitter splitter = new LineSplitter(LONGEST);
    splitter.next(Unpooled.copiedBuffer("a\nb", StandardCharsets.US_ASCII));
    assertThat(splitter.isInLine()).isFalse();
    splitter.next(Unpooled.copiedBuffer("b", StandardCharsets.US_ASCII));
    assertThat(splitter.isInLine()).isTrue();
  }

  private static String split(byte[] bytes, int chunk) {
    LineSplitter splitter = new LineSplitter(LONGEST);
    List<String> found = new ArrayList<>();
    for (int at = 0; at < bytes.length; at += chunk) {
      ByteBuf input = Unpooled.wrappedBuffer(bytes, at, Math.min(chunk, bytes.length - at));
      while (input.isReadable()) {
        note(splitter, splitter.next(input), found);
      }
    }
    note(splitter, splitter.end(), found);
    return String.join("", found);
  }

  private static void note(LineSplitter splitter, LineSplitter.Found each, List<String> found) {
    switch (each) {
      case NOTHING -> {}
      case TOO_LONG -> found.add("(long)");
      case LINE -> {
        String line = new String(splitter.line(), 0, splitter.length(), StandardCharsets.US_ASCII);
        found.add("[" + line.replace('\r', '^') + "]");
      }
    }
  }
}

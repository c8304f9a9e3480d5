package io.fdgate.protocol.line;

import static org.assertj.core.api.Assertions.assertThat;

import io.fdgate.protocol.line.RequestParser.Line;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      textBlock =
          """
          PING,PING,''
          ping,PING,''
          PiNg-2,PING-2,''
          PING ,PING,''
          '  PING',PING,''
          ECHO a,ECHO,a
          ECHO  a ,ECHO,' a '
          'ECHO a  b','ECHO','a  b'
          'ECHO grüße, 世界 🙂',ECHO,'grüße, 世界 🙂'
          pıng,PıNG,''
          päng x,PäNG,x
          """)
  void readsNameAndArgument(String line, String name, String argument) {
    assertThat(parse(line.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(new Line.Request(name, argument));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "    "})
  void knowsALineWithoutACommand(String line) {
    assertThat(parse(line.getBytes(StandardCharsets.UTF_8))).isEqualTo(new Line.Empty());
  }

  @ParameterizedTest
  @CsvSource({
    "ff,1", // never in UTF-8
    "50494e4780,5", // a continuation byte alone
    "c3,1", // cut off
    "41e282,2", // cut off
    "c0af,1", // longer than needed
    "eda080,1", // a surrogate
    "f4908080,1", // past U+10FFFF
    "c3a4fe,3",
  })
  void refusesWhatIsNotUtf8AndSaysWhere(String hex, int from) {
    assertThat(parse(HexFormat.of().parseHex(hex)))
        .isEqualTo(
            new Line.Malformed(
                LineAnswer.error("utf8", "the line is not UTF-8 from byte " + from)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"00", "4543484f2009", "0d41", "411b5b41", "417f", "c285", "41c29b"})
  void refusesControlCharacters(String hex) {
    assertThat(codeOf(HexFormat.of().parseHex(hex))).isEqualTo("control");
  }

  private static Line parse(byte[] bytes) {
    return RequestParser.parse(bytes, bytes.length);
  }

  private static String codeOf(byte[] bytes) {
    return parse(bytes) instanceof Line.Malformed(LineAnswer.Refused(String code, _))
        ? code
        : "none";
  }
}

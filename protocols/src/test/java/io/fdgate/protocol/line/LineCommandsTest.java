package io.fdgate.protocol.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fdgate.protocol.PeerIdentity;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.line.RequestParser.Line;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineCommandsTest {
  private final LineService service = SampleSocket.create().service();

  @Test
  void helpListsWhatIsInstalledBuiltInAndNot() {
    assertThat(ask("HELP").split("; "))
        .extracting(each -> each.substring(0, each.indexOf(" - ")))
        .containsExactly(
            "ECHO TEXT",
            "HELP [COMMAND]",
            "PING",
            "QUIT",
            "REVERSE TEXT",
            "SOCKETS",
            "STATS",
            "TIME",
            "WHOAMI");
  }

  @Test
  void helpTellsOfOneCommand() {
    assertThat(ask("HELP", "reverse"))
        .isEqualTo("REVERSE TEXT - sends TEXT back from end to beginning");
    assertThat(ask("HELP", "nothing")).startsWith("argument:");
  }

  @Test
  void anInstalledCommandAnswers() {
    assertThat(ask("REVERSE", "abc")).isEqualTo("cba");
  }

  @Test
  void timeIsRfc3339InUtc() {
    assertThat(ask("TIME")).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
  }

  @Test
  void socketsAndStatsAreRecordsOfFields() {
    String socket = "fd=3 name=my%20line kind=unix address=/run/a%20b%3Bc%25.sock protocol=line";
    assertThat(ask("SOCKETS")).isEqualTo(socket + "; " + socket);
    String stats =
        "fd=3 name=my%20line connections=0 open=0 peer_faults=0 datagrams_received=0"
            + " datagrams_sent=0 datagrams_dropped=0";
    assertThat(ask("STATS")).isEqualTo(stats + "; " + stats);
  }

  @Test
  void whoamiNamesAUnixPeerByItsCredentials() {
    assertThat(answer("WHOAMI", "", new PeerIdentity.Credentials(12, -2, 100)))
        .isEqualTo(
            "peer=unix pid=12 uid=4294967294 gid=100 socket=my%20line"
                + " address=/run/a%20b%3Bc%25.sock");
    assertThat(answer("WHOAMI", "", new PeerIdentity.Gone())).startsWith("peer=gone ");
  }

  @Test
  void refusesTwoCommandsOfOneName() {
    assertThatThrownBy(() -> LineCommands.of(List.of(named("a"), named("A")).iterator()))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("both have the name \"A\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "1", "a b", "ä", "ok", "ERR", "a\n", "ı"})
  void refusesABadName(String name) {
    assertThatThrownBy(() -> LineCommands.of(List.of(named(name)).iterator()))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("expected: letters, digits and -");
  }

  @Test
  void tellsAllFaultsTogether() {
    assertThatThrownBy(() -> LineCommands.of(brokenThen(named("OK"))))
        .isInstanceOf(SettingException.class)
        .hasMessageContaining("no such class")
        .hasMessageContaining("name \"OK\"");
  }

  private static Iterator<LineCommand> brokenThen(LineCommand... commands) {
    Iterator<LineCommand> rest = Arrays.asList(commands).iterator();
    return new Iterator<>() {
      private boolean broken;

      @Override
      public boolean hasNext() {
        return !broken || rest.hasNext();
      }

      @Override
      public LineCommand next() {
        if (!broken) {
          broken = true;
          throw new ServiceConfigurationError("no such class");
        }
        return rest.next();
      }
    };
  }

  private static LineCommand named(String name) {
    return new ScriptedCommand(name, _ -> LineAnswer.ok(""));
  }

  private String ask(String name) {
    return ask(name, "");
  }

  private String ask(String name, String argument) {
    return answer(name, argument, new PeerIdentity.Gone());
  }

  private String answer(String name, String argument, PeerIdentity peer) {
    return switch (service.answer(new Line.Request(name, argument), () -> peer)) {
      case LineAnswer.Ok(String text) -> text;
      case LineAnswer.Bye(String text) -> text;
      case LineAnswer.Refused(String code, String text) -> code + ":" + text;
    };
  }
}

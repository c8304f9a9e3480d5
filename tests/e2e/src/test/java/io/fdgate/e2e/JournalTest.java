package io.fdgate.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The log of a service on the host, as journald has it: docs/events.md. */
@ExtendWith(RigExtension.class)
final class JournalTest {
  private final Rig rig;

  JournalTest(Rig rig) {
    this.rig = rig;
  }

  @Test
  void linesHaveTheirEventsAndFields() throws Exception {
    rig.root("systemctl", "start", "fdgate-echo.socket", "fdgate-http.socket").ok();
    assertThat(rig.exchange("hello\n", "tcp4:127.0.0.1:3000")).isEqualTo("hello\n");
    rig.root("curl", "-sS", "--max-time", "30", "http://127.0.0.1:3080/nothing").ok();
    rig.root("systemctl", "stop", "fdgate.service").ok();
    assertThat(entry("FDGATE_EVENT=listening", "FDGATE_KIND=tcp", "FDGATE_ADDRESS=127.0.0.1:3000"))
        .contains("\"_TRANSPORT\":\"journal\"")
        .contains("\"SYSLOG_IDENTIFIER\":\"fdgate\"")
        .contains("\"PRIORITY\":\"6\"")
        .contains("\"FDGATE_SOCKET\":\"echo\"")
        .contains("\"MESSAGE\":\"serving echo on tcp 127.0.0.1:3000 (fd ");
    assertThat(entry("FDGATE_EVENT=request", "FDGATE_STATUS=404"))
        .contains("\"FDGATE_REQUEST\":\"GET /nothing HTTP/1.1\"")
        .contains("\"_TRANSPORT\":\"journal\"");
    assertThat(entry("FDGATE_EVENT=ready")).contains("\"MESSAGE\":\"ready after ");
    // The id is in docs/events.md.
    assertThat(entry("MESSAGE_ID=2b4e61e985ec3f98a822de91299b2d9d"))
        .contains("\"FDGATE_EVENT\":\"stopping\"");
  }

  /** The first entry of the service that matches. */
  private String entry(String... matches) throws Exception {
    rig.root("journalctl", "--sync").ok();
    List<String> command = new ArrayList<>(List.of("journalctl", "--no-pager", "-o", "json"));
    command.addAll(List.of("-u", "fdgate.service"));
    command.addAll(List.of(matches));
    String entries = rig.root(command.toArray(String[]::new)).ok();
    assertThat(entries).as(String.join(" ", matches)).isNotEmpty();
    return entries.lines().findFirst().orElseThrow();
  }
}

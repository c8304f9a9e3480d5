package io.fdgate.gateway.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fdgate.protocol.LogEvent;
import io.fdgate.protocol.LogFields;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The native protocol, read by a socket in the journal's place as the journal reads it. */
final class JournalAppenderTest {
  @TempDir private Path folder;
  private final LoggerContext context = new LoggerContext();
  private final ListAppender<ILoggingEvent> otherwise = new ListAppender<>();
  private Socket journal;
  private JournalAppender appender;

  @BeforeEach
  void start() throws IOException {
    Epoll.ensureAvailability();
    String path = folder.resolve("socket").toString();
    journal = Socket.newSocketDomainDgram();
    journal.bind(new DomainSocketAddress(path));
    otherwise.start();
    appender = new JournalAppender(path, otherwise);
    appender.setContext(context);
    appender.start();
  }

  @AfterEach
  void stop() throws IOException {
    appender.stop();
    if (journal.isOpen()) {
      journal.close();
    }
  }

  @Test
  void sendsTheEventAndTheFieldsOfItsArguments() throws IOException {
    LogFields socket = fields -> fields.accept("socket", "echo");
    appender.doAppend(event(Level.WARN, LogEvent.ACCEPT_PAUSED, null, "on {}: {}", socket, "é"));
    Map<String, String> fields = receive();
    assertThat(fields)
        .containsEntry("PRIORITY", "4")
        .containsEntry("SYSLOG_IDENTIFIER", "fdgate")
        .containsEntry("FDGATE_EVENT", "accept-paused")
        .containsEntry("MESSAGE_ID", LogEvent.ACCEPT_PAUSED.messageId())
        .containsEntry("FDGATE_SOCKET", "echo")
        .containsEntry("FDGATE_LOGGER", "a.logger");
    assertThat(fields.get("MESSAGE")).endsWith(": é");
    assertThat(otherwise.list).isEmpty();
  }

  @Test
  void sendsSeveralLinesAsOneValue() throws IOException {
    appender.doAppend(
        event(Level.ERROR, null, new IllegalStateException("why"), "first\nFDGATE_EVENT=forged"));
    Map<String, String> fields = receive();
    assertThat(fields.get("MESSAGE"))
        .startsWith("first\nFDGATE_EVENT=forged\njava.lang.IllegalStateException: why\n\tat ");
    assertThat(fields)
        .containsEntry("PRIORITY", "3")
        .containsEntry("FDGATE_EXCEPTION", "java.lang.IllegalStateException")
        .doesNotContainKeys("FDGATE_EVENT", "MESSAGE_ID");
  }

  @Test
  void whatTheJournalDoesNotTakeGoesElsewhere() throws IOException {
    appender.doAppend(event(Level.INFO, null, null, "x".repeat(200_000)));
    assertThat(otherwise.list).hasSize(1);
    journal.close();
    appender.doAppend(event(Level.INFO, null, null, "nobody reads"));
    assertThat(otherwise.list).hasSize(2);
  }

  /** Its queue is shorter than that. */
  @Test
  void journalThatIsBusyIsWaitedFor() throws Exception {
    Thread writer =
        Thread.startVirtualThread(() -> {
          for (int i = 0; i < 2_000; i++) {
            appender.doAppend(event(Level.INFO, null, null, "line " + i));
          }
        });
    for (int i = 0; i < 2_000; i++) {
      assertThat(receive()).containsEntry("MESSAGE", "line " + i);
    }
    writer.join();
    assertThat(otherwise.list).isEmpty();
  }

  /** Nobody reads, and the queue is full at some time. */
  @Test
  void journalThatHangsIsWaitedForOnce() {
    for (int i = 0; i < 3_000; i++) {
      appender.doAppend(event(Level.INFO, null, null, "line " + i));
    }
    assertThat(otherwise.list).isNotEmpty();
  }

  private LoggingEvent event(
      Level level,
      @Nullable LogEvent kind,
      @Nullable Throwable thrown,
      String message,
      Object... arguments) {
    LoggingEvent event =
        new LoggingEvent("", context.getLogger("a.logger"), level, message, thrown, arguments);
    if (kind != null) {
      event.addMarker(kind);
    }
    return event;
  }

  /** One datagram, taken apart. */
  private Map<String, String> receive() throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(256 * 1024).order(ByteOrder.LITTLE_ENDIAN);
    DomainDatagramSocketAddress from = null;
    while (from == null) {
      from = journal.recvFromDomainSocket(buffer, 0, buffer.capacity());
    }
    int length = from.receivedAmount();
    buffer.limit(length);
    Map<String, String> fields = new LinkedHashMap<>();
    while (buffer.hasRemaining()) {
      String line = line(buffer);
      int equals = line.indexOf('=');
      if (equals >= 0) {
        fields.put(line.substring(0, equals), line.substring(equals + 1));
      } else {
        byte[] value = new byte[Math.toIntExact(buffer.getLong())];
        buffer.get(value);
        assertThat(buffer.get()).isEqualTo((byte) '\n');
        fields.put(line, new String(value, UTF_8));
      }
    }
    return fields;
  }

  private static String line(ByteBuffer buffer) {
    int from = buffer.position();
    while (buffer.get() != '\n') {
      // to the end of the line
    }
    byte[] line = new byte[buffer.position() - 1 - from];
    buffer.get(from, line);
    return new String(line, UTF_8);
  }
}

package io.fdgate.gateway.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import io.netty.channel.unix.Socket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Sends each line with its fields to the journal, by its native protocol: a datagram of {@code
 * NAME=value} lines, or of name, length and value where the value has line feeds. What the journal
 * does not take goes to another appender.
 */
final class JournalAppender extends AppenderBase<ILoggingEvent> {
  static final String SOCKET = "/run/systemd/journal/socket";

  /** Below the send buffer of any kernel, and more than anybody reads. */
  private static final int LONGEST = 128 * 1024;

  /**
   * How often a journal that is busy is tried again, each time a millisecond later: its queue may
   * have room for ten lines only (net.unix.max_dgram_qlen), and a start has more.
   */
  private static final int TRIES = 100;

  private final byte[] address;
  private final Appender<ILoggingEvent> otherwise;
  private final ByteBuffer datagram = ByteBuffer.allocateDirect(LONGEST);
  private @Nullable Socket socket;
  private boolean isPatient = true;

  JournalAppender(String path, Appender<ILoggingEvent> otherwise) {
    this.address = path.getBytes(StandardCharsets.UTF_8);
    this.otherwise = otherwise;
  }

  @Override
  public void start() {
    socket = Socket.newSocketDomainDgram();
    super.start();
  }

  @Override
  public void stop() {
    super.stop();
    otherwise.stop();
    Socket open = socket;
    socket = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException refused) {
        addWarn("close of the journal's socket", refused);
      }
    }
  }

  /** Called with the appender's lock held. */
  @Override
  protected void append(ILoggingEvent event) {
    byte[] fields = fields(event);
    if (fields.length > LONGEST || !send(fields)) {
      otherwise.doAppend(event);
    }
  }

  private boolean send(byte[] fields) {
    Socket open = socket;
    datagram.clear().put(fields);
    try {
      boolean sent = false;
      for (int tries = isPatient ? TRIES : 1; open != null && !sent && tries > 0; tries--) {
        sent = open.sendToDomainSocket(datagram, 0, fields.length, address) == fields.length;
        if (!sent && tries > 1) {
          LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
        }
      }
      // One that hangs is waited for once.
      isPatient = sent;
      return sent;
    } catch (IOException | RuntimeException refused) {
      addWarn("the journal does not take a line", refused);
      return false;
    }
  }

  static byte[] fields(ILoggingEvent event) {
    Fields fields = new Fields();
    String message = event.getFormattedMessage();
    if (event.getThrowableProxy() != null) {
      message += "\n" + ThrowableProxyUtil.asString(event.getThrowableProxy()).stripTrailing();
      fields.add("FDGATE_EXCEPTION", event.getThrowableProxy().getClassName());
    }
    fields.add("MESSAGE", message);
    fields.add("PRIORITY", Integer.toString(PriorityLayout.priority(event.getLevel())));
    fields.add("SYSLOG_IDENTIFIER", "fdgate");
    EventFields.kind(event)
        .ifPresent(kind -> {
          fields.add("MESSAGE_ID", kind.messageId());
          fields.add("FDGATE_EVENT", kind.id());
        });
    EventFields.of(event)
        .forEach((name, value) -> fields.add("FDGATE_" + name.toUpperCase(Locale.ROOT), value));
    fields.add("FDGATE_LOGGER", event.getLoggerName());
    return fields.bytes.toByteArray();
  }

  /** See "Journal Native Protocol" of systemd's documentation. */
  private static final class Fields {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);

    void add(String name, String value) {
      byte[] content = value.getBytes(StandardCharsets.UTF_8);
      bytes.writeBytes(name.getBytes(StandardCharsets.US_ASCII));
      if (value.indexOf('\n') < 0) {
        bytes.write('=');
      } else {
        bytes.write('\n');
        bytes.writeBytes(
            ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(content.length)
                .array());
      }
      bytes.writeBytes(content);
      bytes.write('\n');
    }
  }
}

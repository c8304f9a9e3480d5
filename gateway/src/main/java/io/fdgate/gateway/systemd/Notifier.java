package io.fdgate.gateway.systemd;

import io.fdgate.protocol.LogEvent;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends state to the socket that NOTIFY_SOCKET names: one datagram a message, one {@code KEY=value}
 * a line. Without the variable it does nothing; a failure is logged and never stops the service.
 * Thread-safe. Needs {@code Epoll.ensureAvailability()} first.
 */
public final class Notifier {
  private static final Logger logger = LoggerFactory.getLogger(Notifier.class);
  // sun_path of sockaddr_un.
  private static final int LONGEST_NAME = 108;

  private static final IOException FULL = new IOException("the socket's queue is full");

  private final Optional<byte[]> address;
  private int refusals;

  private Notifier(Optional<byte[]> address) {
    this.address = address;
  }

  /** A notifier for the socket that the environment names. */
  public static Notifier of(Map<String, String> environment) {
    String name = environment.get("NOTIFY_SOCKET");
    if (name == null) {
      return new Notifier(Optional.empty());
    }
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    boolean isAbstract = name.startsWith("@");
    if (!(name.startsWith("/") || isAbstract) || bytes.length < 2 || bytes.length > LONGEST_NAME) {
      logger.warn(
          LogEvent.NOTIFY_FAILED,
          "NOTIFY_SOCKET is \"{}\": expected a path or @NAME of up to 107 bytes; the service manager"
              + " is told nothing",
          name);
      return new Notifier(Optional.empty());
    }
    if (isAbstract) {
      bytes[0] = 0;
    }
    return new Notifier(Optional.of(bytes));
  }

  /** Every listener serves. */
  public void ready(String status) {
    send("READY=1\nSTATUS=" + status);
  }

  /** The configuration is being read anew; {@link #ready} ends it, however that went. */
  public void reloading() {
    // On Linux this is CLOCK_MONOTONIC.
    send("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
  }

  /** What the service does, for people. */
  public void status(String status) {
    send("STATUS=" + status);
  }

  /** Every event loop has shown a sign of life. */
  public void alive() {
    send("WATCHDOG=1");
  }

  /** The service is still stopping, and wants so much time more from now on. */
  public void stillStopping(Duration more, String status) {
    send(
        "EXTEND_TIMEOUT_USEC="
            + TimeUnit.NANOSECONDS.toMicros(more.toNanos())
            + "\nSTATUS="
            + status);
  }

  /** Whether there is anybody to tell. */
  public boolean isHeard() {
    return address.isPresent();
  }

  /** The descriptors that the same manager holds; nothing if there is nobody to tell. */
  public Optional<DescriptorStore> descriptorStore() {
    return address.map(DescriptorStore::new);
  }

  /** The service has begun to stop. */
  public void stopping(String status) {
    send("STOPPING=1\nSTATUS=" + status);
  }

  private synchronized void send(String message) {
    address.ifPresent(path -> {
      try {
        send(path, message);
        refusals = 0;
      } catch (IOException | RuntimeException refused) {
        // Once is enough: the state is sent again and again. A full queue may be empty by then.
        if (refusals++ == (refused == FULL ? 1 : 0)) {
          logger.warn(
              LogEvent.NOTIFY_FAILED,
              "the service manager cannot be told \"{}\" through NOTIFY_SOCKET ({})",
              message.lines().findFirst().orElse(""),
              refused.toString());
        }
      }
    });
  }

  private static void send(byte[] path, String message) throws IOException {
    Socket socket = Socket.newSocketDomainDgram();
    try {
      byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
      ByteBuffer buffer = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
      if (socket.sendToDomainSocket(buffer, 0, bytes.length, path) != bytes.length) {
        throw FULL;
      }
    } finally {
      socket.close();
    }
  }
}

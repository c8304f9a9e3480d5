package io.fdgate.tests;

import static io.fdgate.tests.Backend.bytes;
import static io.fdgate.tests.Backend.receive;
import static io.fdgate.tests.Backend.receiveAll;
import static io.fdgate.tests.Backend.reset;
import static io.fdgate.tests.Backend.send;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** What a proxy has to get right with one connection; TCP on both sides. */
enum ForwardCase {
  CLIENT_HALF_CLOSES("client half-closes, then is answered") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      send(client, text("question"));
      client.shutdownOutput();
      assertThat(string(receiveAll(backend))).isEqualTo("question");
      // The answer comes a good while after the end of the question.
      TimeUnit.MILLISECONDS.sleep(300);
      send(backend, text("answer"));
      backend.close();
      assertThat(string(receiveAll(client))).isEqualTo("answer");
    }
  },
  BACKEND_HALF_CLOSES("backend half-closes, client sends on") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      send(backend, text("greeting"));
      backend.shutdownOutput();
      assertThat(string(receiveAll(client))).isEqualTo("greeting");
      TimeUnit.MILLISECONDS.sleep(300);
      send(client, text("data"));
      client.close();
      assertThat(string(receiveAll(backend))).isEqualTo("data");
    }
  },
  END_BEFORE_A_BYTE("both ends without a byte") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      client.shutdownOutput();
      assertThat(receiveAll(backend)).isEmpty();
      backend.shutdownOutput();
      assertThat(receiveAll(client)).isEmpty();
    }
  },
  BYTE_AT_A_TIME("a byte at a time, both ways") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      for (byte letter = 'a'; letter <= 'z'; letter++) {
        send(client, letter);
        assertThat(receive(backend, 1)).containsExactly(letter);
        send(backend, letter);
        assertThat(receive(client, 1)).containsExactly(letter);
      }
    }
  },
  LARGE_UPLOAD("64 MiB up, equal byte by byte") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      transfer(client, backend, 64 << 20);
    }
  },
  LARGE_DOWNLOAD("64 MiB down, equal byte by byte") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      transfer(backend, client, 64 << 20);
    }
  },
  BOTH_WAYS_AT_ONCE("16 MiB each way at once") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      Callable<Void> up =
          () -> {
            transfer(client, backend, 16 << 20);
            return null;
          };
      var sending = Background.start(up);
      transfer(backend, client, 16 << 20);
      sending.get();
    }
  },
  BACKEND_READS_SLOWLY("backend does not read: client is held back") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      heldBack(client, backend);
    }
  },
  CLIENT_READS_SLOWLY("client does not read: backend is held back") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      heldBack(backend, client);
    }
  },
  CLIENT_RESETS("client resets: backend sees a reset") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      settle(client, backend);
      reset(client);
      assertReset(() -> receiveAll(backend));
    }
  },
  BACKEND_RESETS("backend resets: client sees a reset") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      settle(client, backend);
      reset(backend);
      assertReset(() -> receiveAll(client));
    }
  },
  RESET_AFTER_HALF_CLOSE("client half-closes, then resets") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      settle(client, backend);
      client.shutdownOutput();
      assertThat(receiveAll(backend)).isEmpty();
      reset(client);
      // It has read the end already, so that only what it sends tells.
      assertReset(() -> {
        for (int i = 0; i < 100; i++) {
          send(backend, text("to nobody"));
          TimeUnit.MILLISECONDS.sleep(10);
        }
        return backend;
      });
    }
  },
  EARLY_ANSWER("backend answers early and closes, client still sends") {
    @Override
    void run(SocketChannel client, SocketChannel backend) throws Exception {
      // Short: a close with input unread resets the connection, and what was not yet sent is lost.
      byte[] answer = bytes(10_000);
      var sending = Background.start(() -> sendUntilRefused(client));
      assertThat(receive(backend, 1000)).hasSize(1000);
      send(backend, answer);
      backend.close();
      assertThat(receive(client, answer.length)).isEqualTo(answer);
      client.close();
      sending.get();
    }
  };

  private final String title;

  ForwardCase(String title) {
    this.title = title;
  }

  /** Runs the case; what it throws is the proxy's failure. */
  abstract void run(SocketChannel client, SocketChannel backend) throws Exception;

  @Override
  public String toString() {
    return title;
  }

  static byte[] text(String text) {
    return text.getBytes(US_ASCII);
  }

  private static String string(byte[] bytes) {
    return new String(bytes, US_ASCII);
  }

  private static void settle(SocketChannel client, SocketChannel backend) throws IOException {
    send(client, text("up"));
    assertThat(receive(backend, 2)).isEqualTo(text("up"));
    send(backend, text("down"));
    assertThat(receive(client, 4)).isEqualTo(text("down"));
  }

  private static void assertReset(Callable<?> use) throws Exception {
    try {
      use.call();
    } catch (IOException reset) {
      return;
    }
    throw new AssertionError("no reset arrived");
  }

  private static void transfer(SocketChannel from, SocketChannel to, int count) throws Exception {
    byte[] sent = bytes(count);
    Callable<Void> all =
        () -> {
          send(from, sent);
          from.shutdownOutput();
          return null;
        };
    var sending = Background.start(all);
    byte[] received = receiveAll(to);
    if (!Arrays.equals(received, sent)) {
      throw new AssertionError(received.length + " of " + count + " bytes arrived");
    }
    sending.get();
  }

  private static Void sendUntilRefused(SocketChannel channel) {
    byte[] block = bytes(64 * 1024);
    try {
      while (true) {
        send(channel, block);
      }
    } catch (IOException refused) {
      return null;
    }
  }

  /** Sends until nothing more is taken for half a second; then everything arrives. */
  private static void heldBack(SocketChannel from, SocketChannel to) throws Exception {
    byte[] block = bytes(1 << 20);
    from.configureBlocking(false);
    long sent = 0;
    long moved = System.nanoTime();
    while (sent < 1 << 30 && System.nanoTime() - moved < TimeUnit.MILLISECONDS.toNanos(500)) {
      int offset = (int) (sent % block.length);
      int written = from.write(ByteBuffer.wrap(block, offset, block.length - offset));
      if (written > 0) {
        sent += written;
        moved = System.nanoTime();
      } else {
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }
    // The kernel's buffers of both connections hold some MiB each.
    assertThat(sent).isLessThan(64L << 20);
    from.configureBlocking(true);
    from.shutdownOutput();
    byte[] received = receiveAll(to);
    assertThat(received.length).isEqualTo((int) sent);
    for (int i = 0; i < received.length; i++) {
      if (received[i] != block[i % block.length]) {
        throw new AssertionError("byte " + i + " of " + sent + " is another");
      }
    }
  }
}

package io.fdgate.load;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** A target in this process, good or bad, that ends when it is closed. */
final class Service implements AutoCloseable {
  private final AutoCloseable socket;
  private final String target;

  private Service(AutoCloseable socket, String target) {
    this.socket = socket;
    this.target = target;
  }

  /** What is done with one connection. */
  @FunctionalInterface
  interface Connection {
    void serve(InputStream in, OutputStream out) throws IOException;
  }

  /** What is done with one datagram: sent back as often as this says. */
  @FunctionalInterface
  interface Copies {
    int of(byte[] datagram);
  }

  static Service tcp(Connection connection) throws IOException {
    return tcp(connection, false);
  }

  /** Ends connections with a reset. */
  static Service resetting(Connection connection) throws IOException {
    return tcp(connection, true);
  }

  private static Service tcp(Connection connection, boolean reset) throws IOException {
    ServerSocket server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    daemon(() -> {
      while (true) {
        Socket client = server.accept();
        daemon(() -> {
          try (client) {
            connection.serve(client.getInputStream(), client.getOutputStream());
            client.setSoLinger(reset, 0);
          }
        });
      }
    });
    return new Service(server, "tcp:127.0.0.1:" + server.getLocalPort());
  }

  static Service udp(Copies copies) throws IOException {
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    daemon(() -> {
      byte[] buffer = new byte[65_536];
      while (true) {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        byte[] data = java.util.Arrays.copyOf(buffer, packet.getLength());
        for (int i = copies.of(data); i > 0; i--) {
          socket.send(new DatagramPacket(data, data.length, packet.getSocketAddress()));
        }
      }
    });
    return new Service(socket, "udp:127.0.0.1:" + socket.getLocalPort());
  }

  /** Answers each request, whatever it is, with the same bytes. */
  static Service http(String answer) throws IOException {
    return tcp((in, out) -> {
      StringBuilder request = new StringBuilder();
      for (int next = in.read(); next >= 0; next = in.read()) {
        request.append((char) next);
        if (request.toString().endsWith("\r\n\r\n")) {
          out.write(answer.getBytes(US_ASCII));
          if (answer.contains("connection: close")) {
            return;
          }
          request.setLength(0);
        }
      }
    });
  }

  String target() {
    return target;
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void daemon(Work work) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try {
            work.run();
          } catch (IOException closed) {
            // By the test, or by the client.
          }
        });
  }

  @Override
  public void close() throws Exception {
    socket.close();
  }
}

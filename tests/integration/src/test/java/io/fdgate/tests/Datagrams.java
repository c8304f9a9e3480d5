package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** Both ends of what is forwarded between UDP sockets. */
final class Datagrams {
  private static final int PATIENCE_MILLIS = 30_000;

  private Datagrams() {}

  static DatagramSocket backend() throws IOException {
    return new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  static DatagramSocket client() throws IOException {
    DatagramSocket client = backend();
    client.setSoTimeout(PATIENCE_MILLIS);
    return client;
  }

  static String udp(DatagramSocket backend) {
    return "'udp:127.0.0.1:" + backend.getLocalPort() + "'";
  }

  static SocketAddress address(Handover fdgate) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), fdgate.port(0));
  }

  static void echo(DatagramSocket backend) {
    Background.start(() -> {
      DatagramPacket packet = new DatagramPacket(new byte[65_536], 65_536);
      while (true) {
        packet.setLength(65_536);
        backend.receive(packet);
        backend.send(packet);
      }
    });
  }

  /** Has a client send a text, and returns where the backend sees it come from. */
  static SocketAddress carried(
      DatagramSocket client, Handover fdgate, DatagramSocket backend, String text)
      throws IOException {
    send(client, text, address(fdgate));
    backend.setSoTimeout(PATIENCE_MILLIS);
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    backend.receive(packet);
    assertThat(new String(packet.getData(), 0, packet.getLength(), UTF_8)).isEqualTo(text);
    return packet.getSocketAddress();
  }

  static void send(DatagramSocket from, String text, SocketAddress to) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    from.send(new DatagramPacket(bytes, bytes.length, to));
  }

  static String receive(DatagramSocket client) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[1000], 1000);
    client.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), UTF_8);
  }

  static String stopped(Handover fdgate) throws Exception {
    fdgate.signal("TERM");
    assertThat(fdgate.awaitExit()).isZero();
    return fdgate.output();
  }
}

package io.fdgate.tests;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A TCP client on loopback that says exactly what it sends and waits for. */
final class Client implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  private final Socket socket;

  private Client(Socket socket) {
    this.socket = socket;
  }

  static Client connect(int port) throws IOException {
    Socket socket = new Socket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    return new Client(socket);
  }

  Client send(String text) throws IOException {
    return send(text.getBytes(UTF_8));
  }

  Client send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
    return this;
  }

  Client halfClose() throws IOException {
    socket.shutdownOutput();
    return this;
  }

  String receive(int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), UTF_8);
  }

  /** How much has come, at least a byte. */
  int receiveSome() throws IOException {
    return socket.getInputStream().read(new byte[8192]);
  }

  byte[] receiveToEnd() throws IOException {
    return socket.getInputStream().readAllBytes();
  }

  /** Closes with a reset instead of the orderly end. */
  void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  Socket socket() {
    return socket;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}

package io.fdgate.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A client that knows no HTTP: bytes out, bytes in, as Latin-1. */
final class RawClient implements AutoCloseable {
  private final Socket socket = new Socket();

  RawClient(InetSocketAddress address) {
    try {
      socket.setSoTimeout(20_000);
      socket.setTcpNoDelay(true);
      socket.connect(address);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    }
  }

  RawClient send(String bytes) {
    try {
      socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
      return this;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  RawClient sendByteByByte(String bytes) {
    for (int i = 0; i < bytes.length(); i++) {
      send(bytes.substring(i, i + 1));
    }
    return this;
  }

  RawClient shutdownOutput() {
    try {
      socket.shutdownOutput();
      return this;
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Reads to the end of the input. */
  String readAll() {
    try {
      return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Reads until what was read ends with a text; fails at the end of the input. */
  String readUntil(String end) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    try {
      while (!read.toString(ISO_8859_1).endsWith(end)) {
        int next = socket.getInputStream().read();
        if (next < 0) {
          throw new AssertionError("ended after: " + read.toString(ISO_8859_1));
        }
        read.write(next);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return read.toString(ISO_8859_1);
  }

  /** Reads a number of bytes; fewer only at the end of the input. */
  byte[] read(int bytes) {
    try {
      return socket.getInputStream().readNBytes(bytes);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  /** Reads a number of bytes and drops them. */
  void skip(long bytes) {
    try {
      socket.getInputStream().skipNBytes(bytes);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}

package io.fdgate.tests;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/** A program behind a proxy, which does what a test says; and what both ends of one need. */
final class Backend implements AutoCloseable {
  private static final int BLOCK = 64 * 1024;

  private final ServerSocketChannel listener;

  private Backend(ServerSocketChannel listener) {
    this.listener = listener;
  }

  static Backend tcp() throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open();
    return new Backend(
        listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024));
  }

  static Backend unix(Path path) throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return new Backend(listener.bind(UnixDomainSocketAddress.of(path), 1024));
  }

  int port() throws IOException {
    return ((InetSocketAddress) listener.getLocalAddress()).getPort();
  }

  SocketChannel accept() throws IOException {
    return listener.accept();
  }

  static SocketChannel connect(int port) throws IOException {
    return SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  static void send(SocketChannel channel, byte... bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      channel.write(left);
    }
  }

  static byte[] receive(SocketChannel channel, int length) throws IOException {
    ByteBuffer received = ByteBuffer.allocate(length);
    while (received.hasRemaining()) {
      if (channel.read(received) < 0) {
        throw new EOFException("the end after " + received.position() + " of " + length);
      }
    }
    return received.array();
  }

  /** Everything up to the end. */
  static byte[] receiveAll(SocketChannel channel) throws IOException {
    ByteBuffer received = ByteBuffer.allocate(BLOCK);
    while (channel.read(received) >= 0) {
      if (!received.hasRemaining()) {
        received = ByteBuffer.allocate(received.capacity() * 2).put(received.flip());
      }
    }
    return Arrays.copyOf(received.array(), received.position());
  }

  static void reset(SocketChannel channel) throws IOException {
    channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    channel.close();
  }

  /** The same bytes for the same count. */
  static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}

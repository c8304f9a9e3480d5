package io.fdgate.protocol.forward;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.fdgate.protocol.Endpoint;
import io.fdgate.protocol.Proxied;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.epoll.LinuxSocket;
import io.netty.channel.epoll.VSockAddress;
import io.netty.channel.unix.UnixChannel;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * What an upstream is told of its client ahead of the first byte: the header of the PROXY protocol.
 *
 * <p>Written here and not by Netty's codec, which needs a channel; the tests have that read it.
 *
 * @param version which header is written
 * @param name the inherited socket's name, which version 2 carries
 * @see <a href="https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt">the specification</a>
 */
record ProxyHeader(Version version, String name) {
  private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(US_ASCII);
  private static final int PROXY = 0x21;
  private static final int UNSPECIFIED = 0x00;
  private static final int TCP4 = 0x11;
  private static final int TCP6 = 0x21;
  private static final int UNIX_STREAM = 0x31;
  private static final int UNIX_LENGTH = 108;
  // The range for everyone's own use begins here.
  private static final int SOCKET_NAME = 0xe0;
  private static final int CLIENT_ADDRESS = 0xe1;

  /** Which header is written. */
  enum Version {
    /** None. */
    OFF,
    /** A line of text. */
    V1,
    /** Binary, with the socket's name. */
    V2
  }

  /**
   * The header for one client's connection.
   *
   * @param listener the address of the socket that accepted it
   */
  ByteBuf of(Channel connection, Endpoint listener) {
    if (version == Version.OFF) {
      return Unpooled.EMPTY_BUFFER;
    }
    Optional<Proxied> proxied = Proxied.of(connection);
    return proxied.isPresent()
        ? of(proxied.get().client(), proxied.get().destination())
        : of(
            client(connection, listener),
            connection.localAddress() instanceof InetSocketAddress local
                ? new Endpoint.Inet(local)
                : listener);
  }

  private static Endpoint client(Channel connection, Endpoint listener) {
    if (connection.remoteAddress() instanceof InetSocketAddress address) {
      return new Endpoint.Inet(address);
    }
    if (listener instanceof Endpoint.Vsock
        && ((UnixChannel) connection).fd() instanceof LinuxSocket socket) {
      VSockAddress address = socket.remoteVSockAddress();
      return new Endpoint.Vsock(address.getCid(), address.getPort());
    }
    // Clients seldom bind, and then there is nothing to tell.
    return Endpoint.Unix.ofPath("");
  }

  /** The header for one connection, from its client to the address that the client wrote to. */
  ByteBuf of(Endpoint client, Endpoint local) {
    return switch (version) {
      case OFF -> Unpooled.EMPTY_BUFFER;
      case V1 -> Unpooled.copiedBuffer(line(client, local), US_ASCII);
      case V2 -> binary(client, local);
    };
  }

  private static String line(Endpoint client, Endpoint local) {
    if (client instanceof Endpoint.Inet(InetSocketAddress source)
        && local instanceof Endpoint.Inet(InetSocketAddress target)
        && isSameFamily(source, target)) {
      return "PROXY TCP"
          + (source.getAddress() instanceof Inet4Address ? "4 " : "6 ")
          + text(source.getAddress())
          + " "
          + text(target.getAddress())
          + " "
          + source.getPort()
          + " "
          + target.getPort()
          + "\r\n";
    }
    return "PROXY UNKNOWN\r\n";
  }

  /** Without the scope of a link-local address, for which version 1 has no room. */
  private static String text(InetAddress address) {
    String text = address.getHostAddress();
    int scope = text.indexOf('%');
    return scope < 0 ? text : text.substring(0, scope);
  }

  private ByteBuf binary(Endpoint client, Endpoint local) {
    ByteBuf header = ByteBufAllocator.DEFAULT.directBuffer(512);
    header.writeBytes(SIGNATURE).writeByte(PROXY);
    int start = header.writerIndex();
    header.writeZero(3);
    header.setByte(start, addresses(client, local, header));
    extension(header, SOCKET_NAME, name);
    if (client instanceof Endpoint.Vsock) {
      extension(header, CLIENT_ADDRESS, client.toString());
    }
    return header.setShort(start + 1, header.writerIndex() - start - 3);
  }

  /** Writes both addresses; returns the family's number. */
  private static int addresses(Endpoint client, Endpoint local, ByteBuf header) {
    if (client instanceof Endpoint.Inet(InetSocketAddress source)
        && local instanceof Endpoint.Inet(InetSocketAddress target)
        && isSameFamily(source, target)) {
      header.writeBytes(source.getAddress().getAddress());
      header.writeBytes(target.getAddress().getAddress());
      header.writeShort(source.getPort()).writeShort(target.getPort());
      return source.getAddress() instanceof Inet4Address ? TCP4 : TCP6;
    }
    if (client instanceof Endpoint.Unix source && local instanceof Endpoint.Unix target) {
      header.writeBytes(Arrays.copyOf(source.bytes(), UNIX_LENGTH));
      header.writeBytes(Arrays.copyOf(target.bytes(), UNIX_LENGTH));
      return UNIX_STREAM;
    }
    return UNSPECIFIED;
  }

  private static boolean isSameFamily(InetSocketAddress one, InetSocketAddress other) {
    return one.getAddress().getClass() == other.getAddress().getClass();
  }

  private static void extension(ByteBuf header, int type, String value) {
    byte[] bytes = value.getBytes(UTF_8);
    header.writeByte(type).writeShort(bytes.length).writeBytes(bytes);
  }
}

package io.fdgate.protocol.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.ByteBuffer;
import java.util.Optional;

/** A client that sends frames of HTTP/2 as it is told to, right or wrong. */
final class FrameClient implements AutoCloseable {
  static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int PRIORITY = 2;
  static final int RST_STREAM = 3;
  static final int SETTINGS = 4;
  static final int PING = 6;
  static final int GOAWAY = 7;
  static final int WINDOW_UPDATE = 8;
  static final int CONTINUATION = 9;
  static final int END_STREAM = 1;
  static final int ACK = 1;
  static final int END_HEADERS = 4;

  private final RawClient client;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder();

  private FrameClient(RawClient client) {
    this.client = client;
  }

  /** Connects without a word. */
  static FrameClient over(RawClient client) {
    return new FrameClient(client);
  }

  /** Connects and opens the session. */
  static FrameClient to(TestServer server) {
    return over(server.connect()).send(opening());
  }

  /** The preface and empty settings. */
  static String opening() {
    return PREFACE + frame(SETTINGS, 0, 0, "");
  }

  FrameClient send(String bytes) {
    client.send(bytes);
    return this;
  }

  FrameClient send(int type, int flags, int stream, String payload) {
    return send(frame(type, flags, stream, payload));
  }

  /** Sends a request without a body. */
  FrameClient get(int stream, String path, String... more) {
    return sendLast(stream, request("GET", path) + fields(more));
  }

  /** Sends a request whose body follows. */
  FrameClient post(int stream, String path, String... more) {
    return send(HEADERS, END_HEADERS, stream, request("POST", path) + fields(more));
  }

  /** Sends fields behind which nothing follows on their stream. */
  FrameClient sendLast(int stream, String fields) {
    return send(lastFrame(stream, fields));
  }

  static String lastFrame(int stream, String fields) {
    return frame(HEADERS, END_HEADERS | END_STREAM, stream, fields);
  }

  RawClient raw() {
    return client;
  }

  static String frame(int type, int flags, int stream, String payload) {
    byte[] head =
        ByteBuffer.allocate(9)
            .put((byte) (payload.length() >> 16))
            .putShort((short) payload.length())
            .put((byte) type)
            .put((byte) flags)
            .putInt(stream)
            .array();
    return new String(head, ISO_8859_1) + payload;
  }

  static String number(int value) {
    return new String(ByteBuffer.allocate(4).putInt(value).array(), ISO_8859_1);
  }

  static String request(String method, String path) {
    return fields(":method", method, ":scheme", "http", ":authority", "a", ":path", path);
  }

  /** Literal fields, never indexed (RFC 7541, section 6.2.2), of names and values up to 126. */
  static String fields(String... namesAndValues) {
    StringBuilder block = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      block.append('\0');
      block.append((char) namesAndValues[i].length()).append(namesAndValues[i]);
      block.append((char) namesAndValues[i + 1].length()).append(namesAndValues[i + 1]);
    }
    return block.toString();
  }

  /** The next frame; nothing at the end of the input. */
  Optional<Frame> next() {
    byte[] head = client.read(9);
    if (head.length < 9) {
      return Optional.empty();
    }
    ByteBuffer fields = ByteBuffer.wrap(head);
    int lengthAndType = fields.getInt();
    int flags = fields.get() & 0xff;
    int stream = fields.getInt();
    String payload = new String(client.read(lengthAndType >>> 8), ISO_8859_1);
    return Optional.of(new Frame(lengthAndType & 0xff, flags, stream, payload));
  }

  /** The next frame of a type on a stream; others are dropped. */
  Frame await(int type, int stream) {
    while (true) {
      Frame frame = next().orElseThrow(() -> new AssertionError("the connection has ended"));
      if (frame.type == type && frame.stream == stream) {
        return frame;
      }
    }
  }

  /** The fields of the next answer on a stream, in the order of the connection. */
  Http2Headers awaitHeaders(int stream) {
    while (true) {
      Frame frame = await(HEADERS, stream);
      ByteBuf block = Unpooled.copiedBuffer(frame.payload, ISO_8859_1);
      try {
        return decoder.decodeHeaders(stream, block);
      } catch (Http2Exception broken) {
        throw new AssertionError(broken);
      } finally {
        block.release();
      }
    }
  }

  String awaitStatus(int stream) {
    return awaitHeaders(stream).status().toString();
  }

  /** Why the server gives a stream up. */
  Http2Error awaitReset(int stream) {
    return Http2Error.valueOf(await(RST_STREAM, stream).number(0));
  }

  /** The rest of a stream's answer, up to its end. */
  String awaitBody(int stream) {
    StringBuilder body = new StringBuilder();
    while (true) {
      Frame frame = await(DATA, stream);
      body.append(frame.payload);
      if ((frame.flags & END_STREAM) != 0) {
        return body.toString();
      }
    }
  }

  @Override
  public void close() {
    client.close();
  }

  /** A frame (RFC 9113, section 4.1). */
  record Frame(int type, int flags, int stream, String payload) {
    /** The number at a place of the payload: an error code, an increment. */
    int number(int at) {
      return ByteBuffer.wrap(payload.getBytes(ISO_8859_1)).getInt(at);
    }
  }
}

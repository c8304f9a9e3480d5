package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each bad request over a real socket, whole and byte by byte, with a good one pipelined behind it:
 * one answer, its status, and the end of the connection.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MalformedRequestTest {
  private static final String GOOD = "GET /healthz HTTP/1.1\r\nHost: good\r\n\r\n";
  private static final String CHUNKED =
      "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

  @AutoClose
  private final TestServer server =
      TestServer.start(
          Map.of(
              "endpoints", true,
              "max_request_line", 200L,
              "max_headers", 1000L,
              "max_body", 100L));

  /** A request that must be refused. */
  record Bad(String what, int status, String bytes) {
    @Override
    public String toString() {
      return status + " " + what;
    }
  }

  static Stream<Bad> requests() {
    return Stream.of(
        line("no version", 400, "GET /"),
        line("no target", 400, "GET HTTP/1.1"),
        line("two spaces", 400, "GET  / HTTP/1.1"),
        line("two spaces before the version", 400, "GET /  HTTP/1.1"),
        line("trailing space", 400, "GET / HTTP/1.1 "),
        line("leading space", 400, " GET / HTTP/1.1"),
        line("tab as separator", 400, "GET\t/\tHTTP/1.1"),
        line("CR as separator", 400, "GET /\rHTTP/1.1"),
        line("vertical tab as separator", 400, "GET /\u000bHTTP/1.1"),
        line("lower-case version", 400, "GET / http/1.1"),
        line("version of three digits", 400, "GET / HTTP/1.10"),
        line("no minor version", 400, "GET / HTTP/1"),
        line("other protocol", 400, "GET / ICAP/1.0"),
        line("NUL in the target", 400, "GET /\0 HTTP/1.1"),
        line("DEL in the target", 400, "GET /\u007f HTTP/1.1"),
        line("byte beyond ASCII in the target", 400, "GET /\u00e4 HTTP/1.1"),
        line("fragment in the target", 400, "GET /#x HTTP/1.1"),
        line("backslash in the target", 400, "GET /a\\b HTTP/1.1"),
        line("relative target", 400, "GET a HTTP/1.1"),
        line("asterisk but not OPTIONS", 400, "GET * HTTP/1.1"),
        line("no authority", 400, "GET http:///a HTTP/1.1"),
        line("user info in the target", 400, "GET http://u@h/ HTTP/1.1"),
        line("other scheme", 400, "GET ftp://h/ HTTP/1.1"),
        line("method not a token", 400, "G(T / HTTP/1.1"),
        line("no preface of HTTP/2", 505, "PRI * HTTP/2.0"),
        line("HTTP/3.0", 505, "GET / HTTP/3.0"),
        line("HTTP/1.2", 505, "GET / HTTP/1.2"),
        line("HTTP/0.9 with a version", 505, "GET / HTTP/0.9"),
        line("unknown method", 501, "BREW / HTTP/1.1"),
        line("lower-case method", 501, "get / HTTP/1.1"),
        line("CONNECT", 501, "CONNECT a:443 HTTP/1.1"),
        line("long request line", 414, "GET /" + "a".repeat(300) + " HTTP/1.1"),
        bad("endless request line", 414, "GET /" + "a".repeat(3000)),
        bad("long header field", 431, field("X: " + "a".repeat(1200))),
        bad("many header fields", 431, field("X: aaaaaaaa\r\n".repeat(100) + "Y: 1")),
        bad("endless header field", 431, "GET / HTTP/1.1\r\nHost: a\r\nX: " + "a".repeat(5000)),
        bad("bare LF after the request line", 400, "GET / HTTP/1.1\nHost: a\r\n\r\n"),
        bad("bare LF after a field", 400, "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"),
        bad("bare LF as the end of the head", 400, "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        bad("bare LF only", 400, "GET / HTTP/1.1\nHost: a\n\n"),
        bad("bare LF before the request line", 400, "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        bad("bare CR before the request line", 400, "\rGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        bad("two empty lines before", 400, "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        bad("bare CR in a field", 400, field("X: a\rb")),
        bad("bare CR in a field's name", 400, field("X\rY: b")),
        bad("CR CR LF", 400, field("X: a\r")),
        bad("folded field", 400, field("X: a\r\n b")),
        bad("field folded by a tab", 400, field("X: a\r\n\tb")),
        bad("folded framing", 400, field("Transfer-Encoding:\r\n chunked")),
        bad("blank before the first field", 400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        bad("space before the colon", 400, field("Content-Length : 5")),
        bad("tab before the colon", 400, field("Transfer-Encoding\t: chunked")),
        bad("no colon", 400, field("X")),
        bad("no name", 400, field(": x")),
        bad("NUL in a field", 400, field("X: a\0b")),
        bad("NUL in a name", 400, field("X\0: a")),
        bad("control byte in a field", 400, field("X: a\u0001b")),
        bad("DEL in a field", 400, field("X: a\u007fb")),
        bad("vertical tab before a value", 400, field("Transfer-Encoding: \u000bchunked")),
        bad("byte beyond ASCII in a name", 400, field("X\u00e4: a")),
        bad("no Host", 400, "GET / HTTP/1.1\r\n\r\n"),
        bad("two Hosts", 400, field("Host: b")),
        bad("two Hosts in HTTP/1.0", 400, "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"),
        bad("Host with a path", 400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        bad("Host with user info", 400, "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n"),
        bad("list of Hosts", 400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"),
        bad("two Content-Lengths", 400, post("Content-Length: 5\r\nContent-Length: 6", "hello")),
        bad("the same twice", 400, post("Content-Length: 5\r\nContent-Length: 5", "hello")),
        bad("list of Content-Lengths", 400, post("Content-Length: 5, 5", "hello")),
        bad(
            "two Content-Lengths in HTTP/1.0",
            400,
            "POST /echo HTTP/1.0\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello"),
        bad("negative Content-Length", 400, post("Content-Length: -5", "hello")),
        bad("signed Content-Length", 400, post("Content-Length: +5", "hello")),
        bad("hexadecimal Content-Length", 400, post("Content-Length: 0x5", "hello")),
        bad("fraction as Content-Length", 400, post("Content-Length: 5.0", "hello")),
        bad("empty Content-Length", 400, post("Content-Length:", "hello")),
        bad("Content-Length with a blank", 400, post("Content-Length: 5 5", "hello")),
        bad("Content-Length overflow", 400, post("Content-Length: 99999999999999999999", "hello")),
        bad("long body", 413, post("Content-Length: 101", "a".repeat(101))),
        bad(
            "Content-Length with chunked",
            400,
            post("Content-Length: 5\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        bad(
            "chunked with Content-Length",
            400,
            post("Transfer-Encoding: chunked\r\nContent-Length: 5", "0\r\n\r\n")),
        bad(
            "chunked in HTTP/1.0",
            400,
            "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        bad(
            "chunked twice",
            400,
            post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n")),
        bad("chunked of chunked", 400, post("Transfer-Encoding: chunked, chunked", "0\r\n\r\n")),
        bad("chunked not last", 400, post("Transfer-Encoding: chunked, gzip", "0\r\n\r\n")),
        bad("identity", 400, post("Transfer-Encoding: identity", "0\r\n\r\n")),
        bad("nearly chunked", 400, post("Transfer-Encoding: xchunked", "0\r\n\r\n")),
        bad("quoted chunked", 400, post("Transfer-Encoding: \"chunked\"", "0\r\n\r\n")),
        bad("empty member", 400, post("Transfer-Encoding: ,chunked", "0\r\n\r\n")),
        bad("gzip, chunked", 501, post("Transfer-Encoding: gzip, chunked", "0\r\n\r\n")),
        bad(
            "hidden body of an old WebSocket draft",
            400,
            field("Sec-WebSocket-Key1: a\r\nSec-WebSocket-Key2: b")),
        bad("unknown expectation", 417, field("Expect: 200-ok")),
        chunk("no chunk size", "\r\n"),
        chunk("chunk size not hexadecimal", "g\r\n"),
        chunk("signed chunk size", "-1\r\n"),
        chunk("prefixed chunk size", "0x5\r\nhello\r\n0\r\n\r\n"),
        chunk("space before the chunk size", " 5\r\nhello\r\n0\r\n\r\n"),
        chunk("space after the chunk size", "5 \r\nhello\r\n0\r\n\r\n"),
        chunk("chunk size overflow", "ffffffffffffffff5\r\nhello\r\n0\r\n\r\n"),
        chunk("chunk size beyond an int", "100000005\r\nhello\r\n0\r\n\r\n"),
        chunk("chunk size ended by a bare LF", "5\nhello\r\n0\r\n\r\n"),
        chunk("chunk size ended by a bare CR", "5\rhello\r\n0\r\n\r\n"),
        chunk("underscore in a chunk size", "1_0\r\nhello\r\n0\r\n\r\n"),
        chunk("extension without a name", "5;\r\nhello\r\n0\r\n\r\n"),
        chunk("extension with a blank", "5; a=b\r\nhello\r\n0\r\n\r\n"),
        chunk("extension without a value", "5;a=\r\nhello\r\n0\r\n\r\n"),
        chunk("extension with a bare CR", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
        chunk("extension with a bare LF", "5;a\nhello\r\n0\r\n\r\n"),
        chunk("extension with an open quote", "5;a=\"b\r\nhello\r\n0\r\n\r\n"),
        chunk("extension with a NUL in quotes", "5;a=\"\0\"\r\nhello\r\n0\r\n\r\n"),
        chunk("last chunk ended by a bare LF", "0\n\r\n"),
        chunk("trailers ended by a bare LF", "0\r\n\n"),
        chunk("trailer with a space before the colon", "0\r\nX : y\r\n\r\n"),
        chunk("folded trailer", "0\r\nX: y\r\n z\r\n\r\n"),
        chunk("trailer with a NUL", "0\r\nX: \0\r\n\r\n"),
        chunk("endless chunk extension", "5;" + "a".repeat(3000)),
        bad("long trailers", 431, CHUNKED + "0\r\nX: " + "a".repeat(1200) + "\r\n\r\n"));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void refusesAndCloses(Bad bad) {
    assertRefused(bad, server.exchange(bad.bytes + GOOD));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void refusesBehindAGoodRequest(Bad bad) {
    String answers = server.exchange(GOOD + bad.bytes + GOOD);
    assertThat(answers).startsWith("HTTP/1.1 200 OK\r\n").contains("\r\n\r\nok\nHTTP/1.1 ");
    assertRefused(bad, answers.substring(answers.indexOf("\nok\n") + 4));
  }

  @ParameterizedTest
  @MethodSource("requests")
  void refusesByteByByte(Bad bad) {
    try (RawClient client = server.connect()) {
      assertRefused(bad, client.sendByteByByte(bad.bytes + GOOD).readAll());
    }
  }

  private static void assertRefused(Bad bad, String answer) {
    assertThat(answer).startsWith("HTTP/1.1 " + bad.status + " ").contains("connection: close\r\n");
    assertThat(answer.split("HTTP/1.1 \\d", -1)).as("answers").hasSize(2);
    assertThat(answer.substring(answer.indexOf("\r\n\r\n") + 4))
        .as("the body is our text")
        .matches("[^\\r\\n]+\\n");
  }

  private static Bad bad(String what, int status, String bytes) {
    return new Bad(what, status, bytes);
  }

  private static Bad line(String what, int status, String line) {
    return bad(what, status, line + "\r\nHost: a\r\n\r\n");
  }

  private static Bad chunk(String what, String body) {
    return bad(what, 400, CHUNKED + body);
  }

  private static String field(String field) {
    return "GET / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n";
  }

  private static String post(String fields, String body) {
    return "POST /echo HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n\r\n" + body;
  }
}

package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent of a file: ranges, conditions, a compressed sibling, how long it may be kept. */
final class FileAnswerTest {
  private static final String TEN = ServedFolder.TEN;

  private final Path root;

  @AutoClose private final ServedFolder files;

  FileAnswerTest(@TempDir Path temp) throws IOException {
    files = new ServedFolder(temp);
    root = files.root();
  }

  @Test
  void answersRanges() {
    assertThat(files.get("/ten.txt", "Range: bytes=2-4"))
        .startsWith("HTTP/1.1 206 ")
        .contains("content-range: bytes 2-4/10\r\n", "content-length: 3\r\n")
        .endsWith("\r\n\r\n234");
    assertThat(files.get("/ten.txt", "Range: bytes=7-")).endsWith("\r\n\r\n789");
    assertThat(files.get("/ten.txt", "Range: bytes=7-99")).endsWith("\r\n\r\n789");
    assertThat(files.get("/ten.txt", "Range: bytes=-2")).endsWith("\r\n\r\n89");
    assertThat(files.get("/ten.txt", "Range: bytes=-99")).endsWith("\r\n\r\n" + TEN);
    assertThat(files.request("HEAD", "/ten.txt", "Range: bytes=2-4")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void answersSeveralRangesAsMultipart() {
    String answer = files.get("/ten.txt", "Range: bytes=0-1, -2");
    Matcher boundary = Pattern.compile("boundary=(\\S+)").matcher(answer);
    assertThat(boundary.find()).isTrue();
    String mark = "--" + boundary.group(1);
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    String type = "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes ";
    assertThat(body)
        .isEqualTo(
            "\r\n"
                + mark
                + type
                + "0-1/10\r\n\r\n01"
                + "\r\n"
                + mark
                + type
                + "8-9/10\r\n\r\n89"
                + "\r\n"
                + mark
                + "--\r\n");
    assertThat(answer).contains("content-length: " + body.length() + "\r\n");
  }

  @Test
  void answers416ToWhatTheFileDoesNotHaveOrTooManyRanges() {
    assertThat(files.get("/ten.txt", "Range: bytes=10-"))
        .startsWith("HTTP/1.1 416 ")
        .contains("content-range: bytes */10\r\n");
    assertThat(files.get("/ten.txt", "Range: bytes=-0")).startsWith("HTTP/1.1 416 ");
    assertThat(files.get("/ten.txt", "Range: bytes=" + "0-0,".repeat(20) + "1-1"))
        .startsWith("HTTP/1.1 416 ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bytes=",
        "bytes=a-b",
        "bytes=4-2",
        "lines=1-2",
        "bytes=1",
        "bytes=-",
        "bytes=0-9,0-9",
        "bytes=99999999999999999999-"
      })
  void ignoresARangeThatIsMalformedOrAsksForMoreThanTheFile(String range) {
    assertThat(files.get("/ten.txt", "Range: " + range)).startsWith("HTTP/1.1 200 ").endsWith(TEN);
  }

  @Test
  void answersConditions() {
    String answer = files.get("/ten.txt");
    String tag = ServedFolder.field(answer, "etag");
    String date = ServedFolder.field(answer, "last-modified");
    String past = "Sun, 06 Nov 1994 08:49:37 GMT";
    String not = "HTTP/1.1 304 ";
    String failed = "HTTP/1.1 412 ";
    String ok = "HTTP/1.1 200 ";
    assertThat(files.get("/ten.txt", "If-None-Match: \"x\", W/" + tag))
        .startsWith(not)
        .contains(tag);
    assertThat(files.get("/ten.txt", "If-None-Match: *")).startsWith(not);
    assertThat(files.get("/ten.txt", "If-None-Match: \"x\"", "If-Modified-Since: " + date))
        .startsWith(ok);
    assertThat(files.get("/ten.txt", "If-Modified-Since: " + date)).startsWith(not);
    assertThat(files.get("/ten.txt", "If-Modified-Since: " + past)).startsWith(ok);
    assertThat(files.get("/ten.txt", "If-Modified-Since: never")).startsWith(ok);
    assertThat(files.get("/ten.txt", "If-Match: \"x\"")).startsWith(failed);
    assertThat(files.get("/ten.txt", "If-Match: W/" + tag)).startsWith(failed);
    assertThat(files.get("/ten.txt", "If-Match: " + tag)).startsWith(ok);
    assertThat(files.get("/ten.txt", "If-Unmodified-Since: " + past)).startsWith(failed);
    assertThat(files.get("/ten.txt", "If-Unmodified-Since: " + date)).startsWith(ok);
    String range = "Range: bytes=0-0";
    assertThat(files.get("/ten.txt", range, "If-Range: " + tag)).startsWith("HTTP/1.1 206 ");
    assertThat(files.get("/ten.txt", range, "If-Range: " + date)).startsWith("HTTP/1.1 206 ");
    assertThat(files.get("/ten.txt", range, "If-Range: W/" + tag)).startsWith(ok);
    assertThat(files.get("/ten.txt", range, "If-Range: " + past)).startsWith(ok);
  }

  @Test
  void choosesACompressedSiblingByWeight() throws IOException {
    Files.writeString(root.resolve("a.js"), "plain");
    assertThat(files.get("/a.js", "Accept-Encoding: br")).doesNotContain("vary").endsWith("plain");
    Files.writeString(root.resolve("a.js.gz"), "gzipped");
    Files.writeString(root.resolve("a.js.br"), "brotli");
    assertThat(files.get("/a.js")).contains("vary: accept-encoding\r\n").endsWith("plain");
    assertThat(files.get("/a.js", "Accept-Encoding: gzip, br, zstd"))
        .contains("content-encoding: br\r\n", "content-type: text/javascript; charset=utf-8\r\n")
        .endsWith("brotli");
    assertThat(files.get("/a.js", "Accept-Encoding: br;q=0.5, gzip;q=0.8")).endsWith("gzipped");
    assertThat(files.get("/a.js", "Accept-Encoding: br;q=0, *;q=0.1")).endsWith("gzipped");
    assertThat(files.get("/a.js", "Accept-Encoding: zstd")).endsWith("plain");
    assertThat(files.get("/a.js", "Accept-Encoding: gzip;q=0.1, identity")).endsWith("plain");
  }

  @Test
  void setsCacheControlByTheLongestPrefix() throws IOException {
    Files.createDirectory(root.resolve("assets"));
    Files.writeString(root.resolve("assets/a.js"), "");
    files.serve(Map.of("cache_control", List.of("/: no-cache", "/assets/: max-age=9")));
    assertThat(files.get("/ten.txt")).contains("cache-control: no-cache\r\n");
    assertThat(files.get("/assets/a.js")).contains("cache-control: max-age=9\r\n");
  }
}

package io.fdgate.protocol.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.fdgate.protocol.Counters;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FileRouteTest {
  private static final String TEN = "0123456789";

  @SuppressWarnings("NullAway.Init")
  @TempDir
  private Path temp;

  @SuppressWarnings("NullAway.Init")
  private Path root;

  @SuppressWarnings("NullAway.Init")
  private TestServer server;

  @BeforeEach
  void start() throws IOException {
    root = Files.createDirectory(temp.resolve("root"));
    Files.writeString(root.resolve("ten.txt"), TEN);
    Files.writeString(temp.resolve("secret.txt"), "secret");
    server = serve(Map.of());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private TestServer serve(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("root", Optional.of(root.toString()));
    return TestServer.start(settings);
  }

  private String get(String path, String... fields) {
    return request("GET", path, fields);
  }

  private String request(String method, String path, String... fields) {
    String head = method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    return server.exchange(
        head + String.join("", List.of(fields).stream().map(f -> f + "\r\n").toList()) + "\r\n");
  }

  @Test
  void servesAFileWithItsTypeTagAndDate() {
    assertThat(get("/ten.txt?query"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains(
            "content-type: text/plain; charset=utf-8\r\n",
            "content-length: 10\r\n",
            "accept-ranges: bytes\r\n",
            "last-modified: ",
            "etag: \"")
        .endsWith("\r\n\r\n" + TEN);
    assertThat(request("HEAD", "/ten.txt")).contains("content-length: 10\r\n").endsWith("\r\n\r\n");
  }

  @Test
  void servesPipelinedFilesInOrder() throws IOException {
    Files.writeString(root.resolve("empty.txt"), "");
    String file = "GET /ten.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    try (RawClient client = server.connect()) {
      client.send(file + file.replace("ten", "empty") + file.replace("ten", "no") + file);
      client.shutdownOutput();
      assertThat(client.readAll()).containsSubsequence(TEN, "length: 0", " 404 ", TEN);
    }
  }

  @Test
  void sendsALargeFileWhole() throws IOException {
    byte[] large = new byte[20_000_000];
    Arrays.fill(large, (byte) 'x');
    Files.write(root.resolve("large.bin"), large);
    String answer = get("/large.bin");
    assertThat(answer.length() - answer.indexOf("\r\n\r\n") - 4).isEqualTo(large.length);
  }

  @Test
  void servesAFileThatWasChangedOrDeletedAMomentAgoAndKeepsNoneOpen() throws IOException {
    Path file = root.resolve("ten.txt");
    String first = get("/ten.txt");
    assertThat(get("/ten.txt")).as("kept").isEqualTo(first);
    Files.writeString(root.resolve("new"), "changed");
    Files.move(root.resolve("new"), file, StandardCopyOption.REPLACE_EXISTING);
    await().untilAsserted(() -> assertThat(get("/ten.txt")).endsWith("\r\n\r\nchanged"));
    assertThat(get("/ten.txt", "If-None-Match: " + field(first, "etag"))).contains(" 200 OK");
    Files.delete(file);
    await().untilAsserted(() -> assertThat(get("/ten.txt")).contains(" 404 "));
    await()
        .untilAsserted(
            () -> assertThat(openFiles()).noneMatch(name -> name.startsWith(root.toString())));
  }

  private static List<String> openFiles() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
        try {
          names.add(Files.readSymbolicLink(descriptor).toString());
        } catch (NoSuchFileException closed) {
          // the listing's own, or one that was closed meanwhile
        }
      }
    }
    return names;
  }

  @Test
  void refusesOtherMethods() {
    assertThat(request("PUT", "/ten.txt", "Content-Length: 0"))
        .startsWith("HTTP/1.1 405 ")
        .contains("allow: GET, HEAD, OPTIONS\r\n");
    assertThat(request("OPTIONS", "/ten.txt"))
        .startsWith("HTTP/1.1 204 ")
        .contains("allow: GET, HEAD, OPTIONS\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E./secret.txt",
        "/..%2fsecret.txt",
        "/..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "/%c0%ae%c0%ae/secret.txt",
        "/%c0%afsecret.txt",
        "/%e0%80%af..",
        "/ten.txt%00",
        "/%00",
        "/ten.txt/.",
        "/./ten.txt",
        "//ten.txt",
        "/%",
        "/%4",
        "/%zz",
        "/%ff",
        "/ten.txt/",
        "/ten.txt/x",
        "/no",
        "/%0d%0aX:y",
        "/a%ed%a0%80"
      })
  void servesNothingOutsideTheRootOrUnderAnotherSpelling(String path) {
    assertThat(get(path)).matches("(?s)HTTP/1.1 40[04] .*").doesNotContain("secret", TEN);
  }

  @Test
  void followsLinksWithinTheRootOnly() throws IOException {
    Files.createSymbolicLink(root.resolve("in.txt"), Path.of("ten.txt"));
    Files.createSymbolicLink(root.resolve("out.txt"), temp.resolve("secret.txt"));
    Files.createSymbolicLink(root.resolve("up"), temp);
    Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
    assertThat(get("/in.txt")).endsWith(TEN);
    assertThat(get("/out.txt")).startsWith("HTTP/1.1 404 ");
    assertThat(get("/up/secret.txt")).startsWith("HTTP/1.1 404 ");
    assertThat(get("/loop")).startsWith("HTTP/1.1 404 ");
    server.close();
    server = serve(Map.of("allow_symlinks_outside", true));
    assertThat(get("/out.txt")).endsWith("secret");
  }

  @Test
  void hidesDotFilesUnlessAllowed() throws IOException {
    Files.createDirectory(root.resolve(".git"));
    Files.writeString(root.resolve(".git/config"), "hidden");
    Files.createSymbolicLink(root.resolve("link"), Path.of(".git"));
    assertThat(get("/.git/config")).startsWith("HTTP/1.1 404 ");
    assertThat(get("/%2egit/config")).startsWith("HTTP/1.1 404 ");
    assertThat(get("/link/config")).startsWith("HTTP/1.1 404 ");
    server.close();
    server = serve(Map.of("allow_dot_files", true));
    assertThat(get("/.git/config")).endsWith("hidden");
  }

  @Test
  void doesNotOpenAFifoOrADevice() throws IOException, InterruptedException {
    Path fifo = root.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    Files.createSymbolicLink(root.resolve("null"), Path.of("/dev/null"));
    server.close();
    server = serve(Map.of("allow_symlinks_outside", true));
    assertThat(get("/fifo")).startsWith("HTTP/1.1 404 ");
    assertThat(get("/null")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void servesTheIndexOfAFolderAndRedirectsToItsSlash() throws IOException {
    Files.createDirectories(root.resolve("a b"));
    Files.writeString(root.resolve("a b/index.html"), "index");
    assertThat(get("/a%20b/")).contains("content-type: text/html; charset=utf-8").endsWith("index");
    assertThat(get("/a%20b?q=1")).startsWith("HTTP/1.1 308 ").contains("location: /a%20b/?q=1\r\n");
    assertThat(get("/")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void listsAFolderWhenAllowedWithNamesEscaped() throws IOException {
    Files.createDirectory(root.resolve("folder"));
    Files.writeString(root.resolve("<b>&\"'.txt"), "");
    Files.writeString(root.resolve(".hidden"), "");
    server.close();
    server = serve(Map.of("listing", true));
    assertThat(get("/"))
        .contains("href=\"./ten.txt\"", "href=\"./folder/\"", "&lt;b&gt;&amp;&quot;&#39;.txt")
        .contains("href=\"./%3Cb%3E%26%22%27.txt\"")
        .doesNotContain("<b>", "hidden");
  }

  @Test
  void answersRanges() {
    assertThat(get("/ten.txt", "Range: bytes=2-4"))
        .startsWith("HTTP/1.1 206 ")
        .contains("content-range: bytes 2-4/10\r\n", "content-length: 3\r\n")
        .endsWith("\r\n\r\n234");
    assertThat(get("/ten.txt", "Range: bytes=7-")).endsWith("\r\n\r\n789");
    assertThat(get("/ten.txt", "Range: bytes=7-99")).endsWith("\r\n\r\n789");
    assertThat(get("/ten.txt", "Range: bytes=-2")).endsWith("\r\n\r\n89");
    assertThat(get("/ten.txt", "Range: bytes=-99")).endsWith("\r\n\r\n" + TEN);
    assertThat(request("HEAD", "/ten.txt", "Range: bytes=2-4")).startsWith("HTTP/1.1 200 ");
  }

  @Test
  void answersSeveralRangesAsMultipart() {
    String answer = get("/ten.txt", "Range: bytes=0-1, -2");
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
    assertThat(get("/ten.txt", "Range: bytes=10-"))
        .startsWith("HTTP/1.1 416 ")
        .contains("content-range: bytes */10\r\n");
    assertThat(get("/ten.txt", "Range: bytes=-0")).startsWith("HTTP/1.1 416 ");
    assertThat(get("/ten.txt", "Range: bytes=" + "0-0,".repeat(20) + "1-1"))
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
    assertThat(get("/ten.txt", "Range: " + range)).startsWith("HTTP/1.1 200 ").endsWith(TEN);
  }

  @Test
  void answersConditions() {
    String answer = get("/ten.txt");
    String tag = field(answer, "etag");
    String date = field(answer, "last-modified");
    String past = "Sun, 06 Nov 1994 08:49:37 GMT";
    String not = "HTTP/1.1 304 ";
    String failed = "HTTP/1.1 412 ";
    String ok = "HTTP/1.1 200 ";
    assertThat(get("/ten.txt", "If-None-Match: \"x\", W/" + tag)).startsWith(not).contains(tag);
    assertThat(get("/ten.txt", "If-None-Match: *")).startsWith(not);
    assertThat(get("/ten.txt", "If-None-Match: \"x\"", "If-Modified-Since: " + date))
        .startsWith(ok);
    assertThat(get("/ten.txt", "If-Modified-Since: " + date)).startsWith(not);
    assertThat(get("/ten.txt", "If-Modified-Since: " + past)).startsWith(ok);
    assertThat(get("/ten.txt", "If-Modified-Since: never")).startsWith(ok);
    assertThat(get("/ten.txt", "If-Match: \"x\"")).startsWith(failed);
    assertThat(get("/ten.txt", "If-Match: W/" + tag)).startsWith(failed);
    assertThat(get("/ten.txt", "If-Match: " + tag)).startsWith(ok);
    assertThat(get("/ten.txt", "If-Unmodified-Since: " + past)).startsWith(failed);
    assertThat(get("/ten.txt", "If-Unmodified-Since: " + date)).startsWith(ok);
    String range = "Range: bytes=0-0";
    assertThat(get("/ten.txt", range, "If-Range: " + tag)).startsWith("HTTP/1.1 206 ");
    assertThat(get("/ten.txt", range, "If-Range: " + date)).startsWith("HTTP/1.1 206 ");
    assertThat(get("/ten.txt", range, "If-Range: W/" + tag)).startsWith(ok);
    assertThat(get("/ten.txt", range, "If-Range: " + past)).startsWith(ok);
  }

  @Test
  void choosesACompressedSiblingByWeight() throws IOException {
    Files.writeString(root.resolve("a.js"), "plain");
    assertThat(get("/a.js", "Accept-Encoding: br")).doesNotContain("vary").endsWith("plain");
    Files.writeString(root.resolve("a.js.gz"), "gzipped");
    Files.writeString(root.resolve("a.js.br"), "brotli");
    assertThat(get("/a.js")).contains("vary: accept-encoding\r\n").endsWith("plain");
    assertThat(get("/a.js", "Accept-Encoding: gzip, br, zstd"))
        .contains("content-encoding: br\r\n", "content-type: text/javascript; charset=utf-8\r\n")
        .endsWith("brotli");
    assertThat(get("/a.js", "Accept-Encoding: br;q=0.5, gzip;q=0.8")).endsWith("gzipped");
    assertThat(get("/a.js", "Accept-Encoding: br;q=0, *;q=0.1")).endsWith("gzipped");
    assertThat(get("/a.js", "Accept-Encoding: zstd")).endsWith("plain");
    assertThat(get("/a.js", "Accept-Encoding: gzip;q=0.1, identity")).endsWith("plain");
  }

  @Test
  void setsCacheControlByTheLongestPrefix() throws IOException {
    Files.createDirectory(root.resolve("assets"));
    Files.writeString(root.resolve("assets/a.js"), "");
    server.close();
    server = serve(Map.of("cache_control", List.of("/: no-cache", "/assets/: max-age=9")));
    assertThat(get("/ten.txt")).contains("cache-control: no-cache\r\n");
    assertThat(get("/assets/a.js")).contains("cache-control: max-age=9\r\n");
  }

  @Test
  void refusesARootThatIsNoFolderAndARuleThatIsNone() {
    for (Map<String, Object> settings :
        List.<Map<String, Object>>of(
            Map.of("root", Optional.of("relative")),
            Map.of("root", Optional.of("/no/such/folder")),
            Map.of("cache_control", List.of("no-cache")))) {
      assertThatThrownBy(() ->
              new HttpProtocol()
                  .connections(TestServer.context(new Counters(), new Settings(settings))))
          .isInstanceOf(SettingException.class)
          .hasMessageContaining("expected");
    }
  }

  private static String field(String answer, String name) {
    int at = answer.indexOf("\r\n" + name + ": ") + name.length() + 4;
    return answer.substring(at, answer.indexOf('\r', at));
  }
}

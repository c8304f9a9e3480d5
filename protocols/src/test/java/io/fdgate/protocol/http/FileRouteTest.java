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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are served, and which are not. */
final class FileRouteTest {
  private static final String TEN = ServedFolder.TEN;

  private final Path temp;
  private final Path root;

  @AutoClose private final ServedFolder files;

  FileRouteTest(@TempDir Path temp) throws IOException {
    this.temp = temp;
    files = new ServedFolder(temp);
    root = files.root();
  }

  @Test
  void servesAFileWithItsTypeTagAndDate() {
    assertThat(files.get("/ten.txt?query"))
        .startsWith("HTTP/1.1 200 OK\r\n")
        .contains(
            "content-type: text/plain; charset=utf-8\r\n",
            "content-length: 10\r\n",
            "accept-ranges: bytes\r\n",
            "last-modified: ",
            "etag: \"")
        .endsWith("\r\n\r\n" + TEN);
    assertThat(files.request("HEAD", "/ten.txt"))
        .contains("content-length: 10\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void servesPipelinedFilesInOrder() throws IOException {
    Files.writeString(root.resolve("empty.txt"), "");
    String file = "GET /ten.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    try (RawClient client = files.connect()) {
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
    String answer = files.get("/large.bin");
    assertThat(answer.length() - answer.indexOf("\r\n\r\n") - 4).isEqualTo(large.length);
  }

  @Test
  void servesAFileThatWasChangedOrDeletedAMomentAgoAndKeepsNoneOpen() throws IOException {
    Path file = root.resolve("ten.txt");
    String first = files.get("/ten.txt");
    assertThat(files.get("/ten.txt")).as("kept").isEqualTo(first);
    Files.writeString(root.resolve("new"), "changed");
    Files.move(root.resolve("new"), file, StandardCopyOption.REPLACE_EXISTING);
    await().untilAsserted(() -> assertThat(files.get("/ten.txt")).endsWith("\r\n\r\nchanged"));
    assertThat(files.get("/ten.txt", "If-None-Match: " + ServedFolder.field(first, "etag")))
        .contains(" 200 OK");
    Files.delete(file);
    await().untilAsserted(() -> assertThat(files.get("/ten.txt")).contains(" 404 "));
    await()
        .untilAsserted(
            () -> assertThat(openFiles()).noneMatch(name -> name.startsWith(root.toString())));
  }

  /** One of them has it found, each gets its own answer. */
  @ParameterizedTest
  @ValueSource(strings = {"ten.txt", "none.txt", "folder"})
  void manyWhoAskAtOnceAreAllAnswered(String name) throws IOException {
    Files.createDirectory(root.resolve("folder"));
    String query = name.equals("folder") ? "?a=" : "?";
    String request = "GET /" + name + query + "%d HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      clients.add(files.connect());
    }
    for (int i = 0; i < clients.size(); i++) {
      clients.get(i).send(request.formatted(i));
    }
    for (int i = 0; i < clients.size(); i++) {
      String answer = clients.get(i).readAll();
      switch (name) {
        case "ten.txt" -> assertThat(answer).contains(" 200 ").endsWith("\r\n\r\n" + TEN);
        case "folder" -> assertThat(answer).contains(" 308 ", "location: /folder/?a=" + i + "\r\n");
        default -> assertThat(answer).contains(" 404 ");
      }
      clients.get(i).close();
    }
    await()
        .untilAsserted(
            () -> assertThat(openFiles()).noneMatch(open -> open.startsWith(root.toString())));
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
    assertThat(files.request("PUT", "/ten.txt", "Content-Length: 0"))
        .startsWith("HTTP/1.1 405 ")
        .contains("allow: GET, HEAD, OPTIONS\r\n");
    assertThat(files.request("OPTIONS", "/ten.txt"))
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
    assertThat(files.get(path)).matches("(?s)HTTP/1.1 40[04] .*").doesNotContain("secret", TEN);
  }

  @Test
  void followsLinksWithinTheRootOnly() throws IOException {
    Files.createSymbolicLink(root.resolve("in.txt"), Path.of("ten.txt"));
    Files.createSymbolicLink(root.resolve("out.txt"), temp.resolve("secret.txt"));
    Files.createSymbolicLink(root.resolve("up"), temp);
    Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
    assertThat(files.get("/in.txt")).endsWith(TEN);
    assertThat(files.get("/out.txt")).startsWith("HTTP/1.1 404 ");
    assertThat(files.get("/up/secret.txt")).startsWith("HTTP/1.1 404 ");
    assertThat(files.get("/loop")).startsWith("HTTP/1.1 404 ");
    files.serve(Map.of("allow_symlinks_outside", true));
    assertThat(files.get("/out.txt")).endsWith("secret");
  }

  @Test
  void hidesDotFilesUnlessAllowed() throws IOException {
    Files.createDirectory(root.resolve(".git"));
    Files.writeString(root.resolve(".git/config"), "hidden");
    Files.createSymbolicLink(root.resolve("link"), Path.of(".git"));
    assertThat(files.get("/.git/config")).startsWith("HTTP/1.1 404 ");
    assertThat(files.get("/%2egit/config")).startsWith("HTTP/1.1 404 ");
    assertThat(files.get("/link/config")).startsWith("HTTP/1.1 404 ");
    files.serve(Map.of("allow_dot_files", true));
    assertThat(files.get("/.git/config")).endsWith("hidden");
  }

  @Test
  void doesNotOpenAFifoOrADevice() throws IOException, InterruptedException {
    Path fifo = root.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    Files.createSymbolicLink(root.resolve("null"), Path.of("/dev/null"));
    files.serve(Map.of("allow_symlinks_outside", true));
    assertThat(files.get("/fifo")).startsWith("HTTP/1.1 404 ");
    assertThat(files.get("/null")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void servesTheIndexOfAFolderAndRedirectsToItsSlash() throws IOException {
    Files.createDirectories(root.resolve("a b"));
    Files.writeString(root.resolve("a b/index.html"), "index");
    assertThat(files.get("/a%20b/"))
        .contains("content-type: text/html; charset=utf-8")
        .endsWith("index");
    assertThat(files.get("/a%20b?q=1"))
        .startsWith("HTTP/1.1 308 ")
        .contains("location: /a%20b/?q=1\r\n");
    assertThat(files.get("/")).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void listsAFolderWhenAllowedWithNamesEscaped() throws IOException {
    Files.createDirectory(root.resolve("folder"));
    Files.writeString(root.resolve("<b>&\"'.txt"), "");
    Files.writeString(root.resolve(".hidden"), "");
    files.serve(Map.of("listing", true));
    assertThat(files.get("/"))
        .contains("href=\"./ten.txt\"", "href=\"./folder/\"", "&lt;b&gt;&amp;&quot;&#39;.txt")
        .contains("href=\"./%3Cb%3E%26%22%27.txt\"")
        .doesNotContain("<b>", "hidden");
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
}

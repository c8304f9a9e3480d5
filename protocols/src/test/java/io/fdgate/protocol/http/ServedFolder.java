package io.fdgate.protocol.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The http protocol with a folder of files; its parent has a secret. */
final class ServedFolder implements AutoCloseable {
  static final String TEN = "0123456789";

  private final Path root;
  private TestServer server;

  /**
   * Serves {@code ten.txt}.
   *
   * @param temp an empty folder, which gets {@code secret.txt}
   */
  ServedFolder(Path temp) throws IOException {
    root = Files.createDirectory(temp.resolve("root"));
    Files.writeString(root.resolve("ten.txt"), TEN);
    Files.writeString(temp.resolve("secret.txt"), "secret");
    server = start(Map.of());
  }

  /** Serves with other settings from now on. */
  void serve(Map<String, Object> more) {
    server.close();
    server = start(more);
  }

  private TestServer start(Map<String, Object> more) {
    Map<String, Object> settings = new HashMap<>(more);
    settings.put("root", Optional.of(root.toString()));
    return TestServer.start(settings);
  }

  Path root() {
    return root;
  }

  RawClient connect() {
    return server.connect();
  }

  String get(String path, String... fields) {
    return request("GET", path, fields);
  }

  String request(String method, String path, String... fields) {
    String head = method + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    return server.exchange(
        head + String.join("", List.of(fields).stream().map(f -> f + "\r\n").toList()) + "\r\n");
  }

  /** The value of an answer's field. */
  static String field(String answer, String name) {
    int at = answer.indexOf("\r\n" + name + ": ") + name.length() + 4;
    return answer.substring(at, answer.indexOf('\r', at));
  }

  @Override
  public void close() {
    server.close();
  }
}

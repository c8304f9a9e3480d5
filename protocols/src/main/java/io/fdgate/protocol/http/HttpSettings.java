package io.fdgate.protocol.http;

import io.fdgate.protocol.Setting;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of an http socket's table. */
final class HttpSettings {
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;
  private static final Duration SECOND = Duration.ofSeconds(1);

  static final Setting<Optional<String>> ROOT =
      Setting.text(
          "root", "The folder whose files are served, an absolute path. Unset: a welcome page.");

  static final Setting<List<String>> INDEX =
      Setting.texts(
          "index", List.of("index.html"), "The files that stand for a folder, the first found.");

  static final Setting<Boolean> LISTING =
      Setting.flag("listing", false, "List folders that have no index file.");

  static final Setting<List<String>> CACHE_CONTROL =
      Setting.texts(
          "cache_control",
          List.of(),
          "The Cache-Control of files, as \"/PREFIX: VALUE\"; the longest prefix wins.");

  static final Setting<Boolean> ALLOW_SYMLINKS_OUTSIDE =
      Setting.flag(
          "allow_symlinks_outside", false, "Follow symbolic links that lead out of the root.");

  static final Setting<Boolean> ALLOW_DOT_FILES =
      Setting.flag("allow_dot_files", false, "Serve files and folders that begin with a dot.");

  static final Setting<Boolean> ENDPOINTS =
      Setting.flag(
          "endpoints",
          false,
          "Serve the endpoints for load tests and debugging: /plaintext, /json, /bytes/N, /echo,"
              + " /headers, /status/CODE, /delay/MS, /whoami and the WebSocket echo /ws.");

  static final Setting<Boolean> ACCESS_LOG =
      Setting.flag(
          "access_log",
          true,
          "Log each request in Combined Log Format to the logger io.fdgate.access.");

  static final Setting<Long> MAX_REQUEST_LINE =
      Setting.size(
          "max_request_line",
          8 * KIB,
          64,
          MIB,
          "The longest request line; a longer one is answered with 414.");

  static final Setting<Long> MAX_HEADERS =
      Setting.size(
          "max_headers",
          32 * KIB,
          256,
          MIB,
          "The most bytes of header fields and trailers; more are answered with 431.");

  static final Setting<Long> MAX_BODY =
      Setting.size(
          "max_body",
          64 * MIB,
          0,
          1L << 50,
          "The longest request body; a longer one is answered with 413.");

  static final Setting<Duration> HEADER_TIMEOUT =
      Setting.duration(
          "header_timeout",
          Duration.ofSeconds(10),
          Duration.ofMillis(10),
          Duration.ofHours(1),
          "How long a request's head may take from its first byte; then the answer is 408.");

  static final Setting<Duration> BODY_TIMEOUT =
      Setting.duration(
          "body_timeout",
          Duration.ofMinutes(1),
          Duration.ofMillis(10),
          Duration.ofDays(1),
          "How long a client may take to send each 16 KiB of a request's body, and to take each"
              + " 16 KiB of an answer; then the answer is 408, or the end.");

  static final Setting<Duration> IDLE_TIMEOUT =
      Setting.duration(
          "idle_timeout",
          Duration.ofMinutes(1),
          Duration.ofMillis(10),
          Duration.ofDays(1),
          "How long a connection may stand still: between requests, within a body, or while the"
              + " client does not read.");

  static final Setting<Duration> MAX_DELAY =
      Setting.duration(
          "max_delay",
          Duration.ofSeconds(30),
          SECOND,
          Duration.ofHours(1),
          "The bound of /delay/MS.");

  static final List<Setting<?>> ALL =
      List.of(
          ROOT,
          INDEX,
          LISTING,
          CACHE_CONTROL,
          ALLOW_SYMLINKS_OUTSIDE,
          ALLOW_DOT_FILES,
          ENDPOINTS,
          ACCESS_LOG,
          MAX_REQUEST_LINE,
          MAX_HEADERS,
          MAX_BODY,
          HEADER_TIMEOUT,
          BODY_TIMEOUT,
          IDLE_TIMEOUT,
          MAX_DELAY);

  private HttpSettings() {}
}

package io.fdgate.protocol.http;

import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;

/**
 * What a request is for (RFC 9112, section 3.2), still percent-encoded.
 *
 * @param path begins with a slash, or is {@code *}
 * @param query from its question mark on, or empty
 */
record RequestTarget(String path, String query) {
  private static final String ASTERISK = "*";

  /** Refuses a target that is in none of the forms that its method may have. */
  static void check(HttpRequest request) throws RefusedException {
    String uri = request.uri();
    boolean asterisk = uri.equals(ASTERISK) && request.method().equals(HttpMethod.OPTIONS);
    if (!asterisk && pathStart(uri) < 0) {
      throw RefusedException.malformed("the target is neither a path nor an http URI");
    }
    for (int i = 0; i < uri.length(); i++) {
      switch (uri.charAt(i)) {
        case '#', '"', '<', '>', '\\', '^', '`', '{', '|', '}' ->
            throw RefusedException.malformed("the target holds a character that must be encoded");
        default -> {}
      }
    }
  }

  /** Splits a target that was checked. */
  static RequestTarget of(String uri) {
    int from = Math.max(0, pathStart(uri));
    int question = uri.indexOf('?', from);
    String path = question < 0 ? uri.substring(from) : uri.substring(from, question);
    return new RequestTarget(
        path.isEmpty() ? "/" : path, question < 0 ? "" : uri.substring(question));
  }

  /** Where the path begins, in origin-form or absolute-form; -1 in any other. */
  private static int pathStart(String uri) {
    if (uri.startsWith("/")) {
      return 0;
    }
    int authority = uri.regionMatches(true, 0, "http://", 0, 7) ? 7 : -1;
    if (authority < 0 || authority == uri.length()) {
      return -1;
    }
    for (int i = authority; i < uri.length(); i++) {
      char c = uri.charAt(i);
      if (c == '/' || c == '?') {
        return i == authority ? -1 : i;
      }
      if (c == '@') {
        return -1;
      }
    }
    return uri.length();
  }
}

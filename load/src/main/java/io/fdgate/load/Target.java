package io.fdgate.load;

import io.fdgate.protocol.DialAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is measured: an echo service, or an HTTP resource.
 *
 * @param text as it was typed
 * @param address where to connect to
 * @param http what to ask for; nothing of an echo service
 */
public record Target(String text, DialAddress address, Optional<Http> http) {
  /** The forms of an address. */
  public static final String EXPECTED =
      "tcp:HOST:PORT, udp:HOST:PORT, unix:PATH, unixgram:PATH or vsock:CID:PORT";

  private static final int DEFAULT_PORT = 80;
  private static final Pattern SLASHES = Pattern.compile("(?<=^(tcp|udp|vsock):)//");

  /**
   * A resource.
   *
   * @param authority for the Host field or {@code :authority}
   * @param path with its query
   * @param version 1 or 2, the latter by prior knowledge
   */
  public record Http(String authority, String path, int version) {}

  /**
   * Reads a target.
   *
   * @param via where to connect to instead of the host of the URL
   */
  public static Target parse(String text, Optional<String> via, boolean http2)
      throws LoadException {
    if (text.startsWith("http:")) {
      return http(text, via, http2);
    }
    if (text.startsWith("https:")) {
      throw LoadException.usage(
          "\"" + text + "\": TLS is not spoken (expected: http://HOST[:PORT]/PATH)");
    }
    DialAddress address =
        address(text)
            .orElseThrow(() ->
                LoadException.usage(
                    "\""
                        + text
                        + "\" is no target (expected: "
                        + EXPECTED
                        + " of an echo service, or http://HOST[:PORT]/PATH)"));
    if (via.isPresent() || http2) {
      throw LoadException.usage(
          (http2 ? "--http2" : "--via") + " is for http: targets, and \"" + text + "\" is none");
    }
    return new Target(text, address, Optional.empty());
  }

  /** Takes {@code //} after the kind, too. */
  private static Optional<DialAddress> address(String text) {
    return DialAddress.parse(SLASHES.matcher(text).replaceFirst(""));
  }

  private static Target http(String text, Optional<String> via, boolean http2)
      throws LoadException {
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException malformed) {
      throw LoadException.usage("\"" + text + "\" is no URL: " + malformed.getReason());
    }
    String host = uri.getHost();
    if (host == null || uri.getPort() > 0xffff || uri.getPort() == 0) {
      throw LoadException.usage(
          "\"" + text + "\" names no host (expected: http://HOST[:PORT]/PATH)");
    }
    String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    DialAddress address =
        new DialAddress.Inet(true, bare, uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort());
    if (via.isPresent()) {
      address =
          address(via.get())
              .filter(DialAddress::isStream)
              .orElseThrow(() ->
                  LoadException.usage(
                      "--via \""
                          + via.get()
                          + "\" (expected: unix:PATH, tcp:HOST:PORT or vsock:CID:PORT)"));
    }
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    String authority = uri.getPort() < 0 ? host : host + ":" + uri.getPort();
    return new Target(text, address, Optional.of(new Http(authority, path + query, http2 ? 2 : 1)));
  }
}

package io.fdgate.protocol.http;

import io.fdgate.protocol.Settings;

/**
 * What a request may cost.
 *
 * @param requestLine the most bytes of a request line
 * @param headers the most bytes of header fields and trailers
 * @param body the most bytes of a body
 * @param headerMillis the time for a head, from its first byte
 * @param bodyMillis the time for each step of a body
 * @param idleMillis the time without any progress
 * @param delayMillis the bound of {@code /delay/MS}
 */
record Limits(
    int requestLine,
    int headers,
    long body,
    long headerMillis,
    long bodyMillis,
    long idleMillis,
    long delayMillis) {
  static Limits of(Settings settings) {
    return new Limits(
        Math.toIntExact(settings.get(HttpSettings.MAX_REQUEST_LINE)),
        Math.toIntExact(settings.get(HttpSettings.MAX_HEADERS)),
        settings.get(HttpSettings.MAX_BODY),
        settings.get(HttpSettings.HEADER_TIMEOUT).toMillis(),
        settings.get(HttpSettings.BODY_TIMEOUT).toMillis(),
        settings.get(HttpSettings.IDLE_TIMEOUT).toMillis(),
        settings.get(HttpSettings.MAX_DELAY).toMillis());
  }
}

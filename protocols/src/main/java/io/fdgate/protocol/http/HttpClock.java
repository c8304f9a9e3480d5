package io.fdgate.protocol.http;

import io.netty.handler.codec.DateFormatter;
import io.netty.util.AsciiString;
import java.util.Date;

/** The Date field (RFC 9110, section 6.6.1), formatted once a second. Thread-safe. */
final class HttpClock {
  private volatile Second now = new Second(0, AsciiString.EMPTY_STRING);

  CharSequence date() {
    long second = System.currentTimeMillis() / 1000;
    Second known = now;
    if (known.second != second) {
      known = new Second(second, new AsciiString(DateFormatter.format(new Date(second * 1000))));
      now = known;
    }
    return known.text;
  }

  private record Second(long second, AsciiString text) {}
}

package io.fdgate.protocol.http;

import io.netty.util.AsciiString;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/** The Date field (RFC 9110, section 6.6.1), formatted once a second. Thread-safe. */
final class HttpClock {
  private static final String DAYS = "MonTueWedThuFriSatSun";
  private static final String MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec";

  private volatile Second now = new Second(0, AsciiString.EMPTY_STRING);

  CharSequence date() {
    long second = System.currentTimeMillis() / 1000;
    Second known = now;
    if (known.second != second) {
      known = new Second(second, new AsciiString(format(second)));
      now = known;
    }
    return known.text;
  }

  /** By hand: what knows of locales takes its time to load, and the first answer waits for it. */
  static String format(long second) {
    LocalDateTime time = LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC);
    StringBuilder text = new StringBuilder(29);
    int day = 3 * (time.getDayOfWeek().getValue() - 1);
    int month = 3 * (time.getMonthValue() - 1);
    text.append(DAYS, day, day + 3).append(", ");
    twoDigits(text, time.getDayOfMonth()).append(' ');
    text.append(MONTHS, month, month + 3).append(' ').append(time.getYear()).append(' ');
    twoDigits(text, time.getHour()).append(':');
    twoDigits(text, time.getMinute()).append(':');
    return twoDigits(text, time.getSecond()).append(" GMT").toString();
  }

  private static StringBuilder twoDigits(StringBuilder text, int number) {
    return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
  }

  private record Second(long second, AsciiString text) {}
}

package io.fdgate.protocol.line.command;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/**
 * Records of {@code key=value} fields: a space between two fields, {@code ;} and a space between
 * two records. In a value, spaces, {@code ;}, {@code %} and what is not printable ASCII are written
 * as {@code %XX} for each byte of their UTF-8.
 */
final class Fields {
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private final StringBuilder text = new StringBuilder();
  private String separator = "";

  /** Appends a field. */
  Fields add(String key, Object value) {
    text.append(separator).append(key).append('=');
    separator = " ";
    for (byte each : value.toString().getBytes(StandardCharsets.UTF_8)) {
      if (each > ' ' && each < 0x7f && each != ';' && each != '%') {
        text.append((char) each);
      } else {
        text.append('%').append(HEX.toHexDigits(each));
      }
    }
    return this;
  }

  /** Ends a record. */
  Fields endRecord() {
    separator = "; ";
    return this;
  }

  @Override
  public String toString() {
    return text.toString();
  }
}

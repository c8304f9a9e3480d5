package io.fdgate.protocol.http;

import io.netty.handler.codec.DateFormatter;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Date;
import java.util.List;
import java.util.Optional;

/** What a request makes its answer depend on, in the order of RFC 9110, section 13.2.2. */
final class Preconditions {
  /** What is to be done. */
  enum Verdict {
    /** Answer as if there were no conditions. */
    SERVE,
    /** 304: the client has it. */
    NOT_MODIFIED,
    /** 412: the client means another version. */
    FAILED
  }

  private Preconditions() {}

  static Verdict of(HttpHeaders headers, OpenFile file) {
    List<String> match = headers.getAll(HttpHeaderNames.IF_MATCH);
    if (!match.isEmpty()) {
      if (!lists(match, file.tag(), false)) {
        return Verdict.FAILED;
      }
    } else if (date(headers, HttpHeaderNames.IF_UNMODIFIED_SINCE)
        .filter(file.modified()::after)
        .isPresent()) {
      return Verdict.FAILED;
    }
    List<String> noneMatch = headers.getAll(HttpHeaderNames.IF_NONE_MATCH);
    if (!noneMatch.isEmpty()) {
      return lists(noneMatch, file.tag(), true) ? Verdict.NOT_MODIFIED : Verdict.SERVE;
    }
    return date(headers, HttpHeaderNames.IF_MODIFIED_SINCE)
            .filter(since -> !file.modified().after(since))
            .isPresent()
        ? Verdict.NOT_MODIFIED
        : Verdict.SERVE;
  }

  /** Whether If-Range, if there, allows a part (RFC 9110, section 13.1.5). */
  static boolean allowRange(HttpHeaders headers, OpenFile file) {
    String ifRange = headers.get(HttpHeaderNames.IF_RANGE);
    return ifRange == null
        || ifRange.equals(file.tag())
        || date(headers, HttpHeaderNames.IF_RANGE).filter(file.modified()::equals).isPresent();
  }

  private static Optional<Date> date(HttpHeaders headers, CharSequence name) {
    return Optional.ofNullable(headers.get(name))
        .filter(text -> !text.contains("\""))
        .flatMap(text -> Optional.ofNullable(DateFormatter.parseHttpDate(text)));
  }

  private static boolean lists(List<String> fields, String tag, boolean weakly) {
    for (String field : fields) {
      // Our tags hold no comma, so a foreign one that does cannot be cut into one of ours.
      for (String member : field.split(",", -1)) {
        String text = member.strip();
        if (text.equals("*")
            || text.equals(tag)
            || (weakly && text.startsWith("W/") && text.substring(2).equals(tag))) {
          return true;
        }
      }
    }
    return false;
  }
}

package io.fdgate.protocol.line;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import org.jspecify.annotations.Nullable;

/** Writes an answer as one line, ended by LF, whatever its text is. */
final class AnswerWriter {
  private AnswerWriter() {}

  static void write(LineAnswer answer, ByteBuf out) {
    // Not a switch over the type: that is linked when the first line of a start is waiting.
    if (answer instanceof LineAnswer.Refused(String code, String text)) {
      line(text.isEmpty() ? "ERR " + code : "ERR " + code + " " + text, out);
    } else if (answer instanceof LineAnswer.Ok(String text)) {
      line(text.isEmpty() ? "OK" : "OK " + text, out);
    } else if (answer instanceof LineAnswer.Bye(String text)) {
      line(text.isEmpty() ? "OK" : "OK " + text, out);
    }
  }

  private static void line(String line, ByteBuf out) {
    // An unpaired surrogate, which is no character, becomes a question mark too.
    ByteBufUtil.writeUtf8(out, withoutControls(line));
    out.writeByte('\n');
  }

  private static String withoutControls(String line) {
    char @Nullable [] clean = null;
    for (int i = 0; i < line.length(); i++) {
      if (Character.isISOControl(line.charAt(i))) {
        if (clean == null) {
          clean = line.toCharArray();
        }
        clean[i] = '?';
      }
    }
    return clean == null ? line : new String(clean);
  }
}

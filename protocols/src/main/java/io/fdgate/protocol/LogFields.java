package io.fdgate.protocol;

import java.util.function.BiConsumer;

/** An argument of a log line that structured logs show in fields, too. */
@FunctionalInterface
public interface LogFields {
  /**
   * Gives the fields. Called on the thread that writes the line.
   *
   * @param fields takes a name, in lower case with underscores, and a value
   */
  void logFields(BiConsumer<String, String> fields);
}

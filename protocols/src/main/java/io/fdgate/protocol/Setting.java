package io.fdgate.protocol;

import java.time.Duration;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A key of the configuration: its name, type, range, default and meaning. Validation and the
 * reference documentation both come from here, so that they cannot differ.
 *
 * @param <T> the type of its value
 */
public final class Setting<T> {
  private final String key;
  private final String expected;
  private final T defaultValue;
  private final String summary;
  private final Parser<T> parser;

  private Setting(String key, String expected, T defaultValue, String summary, Parser<T> parser) {
    this.key = key;
    this.expected = expected;
    this.defaultValue = defaultValue;
    this.summary = summary;
    this.parser = parser;
  }

  /** {@code true} or {@code false}. */
  public static Setting<Boolean> flag(String key, boolean defaultValue, String summary) {
    return new Setting<>(
        key,
        "true or false",
        defaultValue,
        summary,
        value -> value instanceof Boolean flag ? Optional.of(flag) : Optional.empty());
  }

  /** A whole number from {@code min} to {@code max}. */
  public static Setting<Integer> integer(
      String key, int defaultValue, int min, int max, String summary) {
    return new Setting<>(
        key,
        "a whole number from " + min + " to " + max,
        defaultValue,
        summary,
        value -> wholeNumber(value).filter(n -> n >= min && n <= max).map(Math::toIntExact));
  }

  /** A number of bytes: a whole number, or text such as {@code "64KiB"}. */
  public static Setting<Long> size(
      String key, long defaultValue, long min, long max, String summary) {
    return new Setting<>(
        key,
        "a size such as 8192, \"64KiB\" or \"1MiB\", from " + min + " to " + max + " bytes",
        defaultValue,
        summary,
        value -> {
          Optional<Long> bytes =
              value instanceof String text ? Quantities.bytes(text) : wholeNumber(value);
          return bytes.filter(n -> n >= min && n <= max);
        });
  }

  /**
   * A span of time as systemd.time(7) writes it: {@code "250ms"}, {@code "10s"}, {@code "1min"}.
   */
  public static Setting<Duration> duration(
      String key, Duration defaultValue, Duration min, Duration max, String summary) {
    return new Setting<>(
        key,
        "a time span such as \"250ms\", \"10s\" or \"5min\", from "
            + Quantities.text(min)
            + " to "
            + Quantities.text(max),
        defaultValue,
        summary,
        value ->
            value instanceof String text
                ? Quantities.span(text)
                    .filter(span -> span.compareTo(min) >= 0 && span.compareTo(max) <= 0)
                : Optional.empty());
  }

  /** One of a few words. */
  public static Setting<String> choice(
      String key, String defaultValue, List<String> words, String summary) {
    return new Setting<>(
        key,
        "one of \"" + String.join("\", \"", words) + "\"",
        defaultValue,
        summary,
        value ->
            value instanceof String text && words.contains(text)
                ? Optional.of(text)
                : Optional.empty());
  }

  /** Text that may be left out. */
  public static Setting<Optional<String>> text(String key, String summary) {
    return new Setting<>(
        key,
        "text in quotes, not empty",
        Optional.empty(),
        summary,
        value ->
            value instanceof String text && !text.isEmpty()
                ? Optional.of(Optional.of(text))
                : Optional.empty());
  }

  /** A list of texts. */
  public static Setting<List<String>> texts(String key, List<String> defaultValue, String summary) {
    return new Setting<>(
        key,
        "a list of texts such as [\"a\", \"b\"]",
        List.copyOf(defaultValue),
        summary,
        value -> {
          if (!(value instanceof List<?> items)) {
            return Optional.empty();
          }
          List<String> texts = new ArrayList<>();
          for (Object item : items) {
            if (!(item instanceof String text)) {
              return Optional.empty();
            }
            texts.add(text);
          }
          return Optional.of(List.copyOf(texts));
        });
  }

  /** A text, or a list of texts. */
  public static Setting<List<String>> textOrTexts(
      String key, List<String> defaultValue, String summary) {
    Setting<List<String>> list = texts(key, defaultValue, summary);
    return new Setting<>(
        key,
        "a text in quotes, or " + list.expected,
        list.defaultValue,
        summary,
        value ->
            value instanceof String text ? Optional.of(List.of(text)) : list.parser.parse(value));
  }

  /**
   * The same setting with fewer values.
   *
   * @param what what a value must look like
   * @param valid whether a value that the setting takes does
   */
  public Setting<T> where(String what, Predicate<T> valid) {
    return new Setting<>(
        key, what, defaultValue, summary, value -> parser.parse(value).filter(valid));
  }

  /** The key in its table. */
  public String key() {
    return key;
  }

  /** What a value must look like, as fault messages and the reference say it. */
  public String expected() {
    return expected;
  }

  /** The value when the key is left out. */
  public T defaultValue() {
    return defaultValue;
  }

  /** The default as the configuration file would write it; empty for a text that is left out. */
  public String defaultText() {
    return toml(defaultValue);
  }

  private static String toml(Object value) {
    return switch (value) {
      case Duration span -> "\"" + Quantities.text(span) + "\"";
      case Long bytes -> Quantities.toml(bytes);
      case String text -> "\"" + text + "\"";
      case List<?> items ->
          "[" + String.join(", ", items.stream().map(Setting::toml).toList()) + "]";
      case Optional<?> none when none.isEmpty() -> "";
      default -> String.valueOf(value);
    };
  }

  /** What it is for, in one or two sentences. */
  public String summary() {
    return summary;
  }

  /**
   * Checks and converts a value as the configuration file has it.
   *
   * @param value a Boolean, Number, String, List or table
   * @throws SettingException when the value has another type or is out of range
   */
  public T parse(Object value) throws SettingException {
    Optional<T> parsed = parser.parse(value);
    if (parsed.isEmpty()) {
      throw new SettingException(key, "is " + show(value) + " (expected: " + expected + ")");
    }
    return parsed.get();
  }

  /** A value as it was found; of a table or a nested list, which may have any depth, its kind. */
  private static String show(Object value) {
    if (value instanceof String text) {
      return "\"" + text + "\"";
    }
    if (value instanceof List<?> items) {
      return items.stream().allMatch(Setting::isScalar) ? items.toString() : "a nested list";
    }
    return isScalar(value) ? value.toString() : "a table";
  }

  private static boolean isScalar(Object value) {
    return value instanceof String
        || value instanceof Boolean
        || value instanceof Number
        || value instanceof Temporal;
  }

  private static Optional<Long> wholeNumber(Object value) {
    return value instanceof Integer || value instanceof Long
        ? Optional.of(((Number) value).longValue())
        : Optional.empty();
  }

  /** Converts a value, or finds that it is not one. */
  @FunctionalInterface
  private interface Parser<T> {
    Optional<T> parse(Object value);
  }
}

package io.fdgate.protocol.http;

import io.fdgate.protocol.SettingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The Cache-Control of files, by the longest prefix of their path. */
final class CacheControl {
  private static final String SEPARATOR = ": ";

  private final List<Rule> longestFirst;

  private CacheControl(List<Rule> longestFirst) {
    this.longestFirst = longestFirst;
  }

  private record Rule(String prefix, String value) {}

  /**
   * Reads rules.
   *
   * @param texts such as {@code /assets/: public, max-age=31536000}
   */
  static CacheControl of(List<String> texts) throws SettingException {
    List<Rule> rules = new ArrayList<>();
    for (String text : texts) {
      int at = text.indexOf(SEPARATOR);
      String value = at < 0 ? "" : text.substring(at + SEPARATOR.length()).strip();
      if (!text.startsWith("/")
          || value.isEmpty()
          || !value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
        throw new SettingException(
            HttpSettings.CACHE_CONTROL.key(),
            "has \"" + text + "\" (expected: \"/PREFIX: VALUE\", such as \"/: no-cache\")");
      }
      rules.add(new Rule(text.substring(0, at), value));
    }
    rules.sort((one, other) -> Integer.compare(other.prefix.length(), one.prefix.length()));
    return new CacheControl(List.copyOf(rules));
  }

  Optional<String> of(FilePath path) {
    String text = "/" + String.join("/", path.names()) + (path.directory() ? "/" : "");
    return longestFirst.stream()
        .filter(rule -> text.startsWith(rule.prefix))
        .map(Rule::value)
        .findFirst();
  }
}

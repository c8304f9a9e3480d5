package io.fdgate.protocol.http;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Media types by the ending of a file's name, from a resource in the form of mime.types. */
final class MediaTypes {
  private static final String RESOURCE = "media-types.txt";
  private static final String UNKNOWN = "application/octet-stream";

  private final Map<String, String> byEnding = new HashMap<>();

  MediaTypes() {
    try (InputStream resource = MediaTypes.class.getResourceAsStream(RESOURCE)) {
      if (resource == null) {
        throw new IllegalStateException(RESOURCE + " is not in the jar");
      }
      new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))
          .lines()
          .filter(line -> !line.startsWith("#"))
          .forEach(this::add);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void add(String line) {
    String[] words = line.strip().split("\\s+", -1);
    String type = isText(words[0]) ? words[0] + "; charset=utf-8" : words[0];
    for (int i = 1; i < words.length; i++) {
      byEnding.put(words[i], type);
    }
  }

  private static boolean isText(String type) {
    return type.startsWith("text/")
        || type.endsWith("+xml")
        || type.endsWith("+json")
        || type.endsWith("/json")
        || type.endsWith("/xml");
  }

  String of(String fileName) {
    String ending = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    return byEnding.getOrDefault(ending, UNKNOWN);
  }
}

package io.fdgate.protocol.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Media types by the ending of a file's name. */
final class MediaTypes {
  private static final String UNKNOWN = "application/octet-stream";

  /**
   * Each with its endings. Not a resource: to read one, the JDK opens the whole image of the
   * runtime while the first client waits.
   */
  private static final String TYPES =
      """
      text/html html htm
      text/css css
      text/javascript js mjs cjs
      text/plain txt text log conf ini toml service socket
      text/markdown md markdown
      text/csv csv
      text/calendar ics
      text/xml xml
      text/vtt vtt
      application/json json map
      application/ld+json jsonld
      application/manifest+json webmanifest
      application/yaml yaml yml
      application/atom+xml atom
      application/rss+xml rss
      application/xhtml+xml xhtml
      application/wasm wasm
      application/pdf pdf
      application/rtf rtf
      application/epub+zip epub
      application/zip zip
      application/gzip gz tgz
      application/x-bzip2 bz2
      application/x-xz xz
      application/zstd zst
      application/x-7z-compressed 7z
      application/x-tar tar
      application/java-archive jar
      application/vnd.debian.binary-package deb
      application/x-sh sh
      application/sql sql
      application/msword doc
      application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
      application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
      application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
      application/vnd.oasis.opendocument.text odt
      application/vnd.oasis.opendocument.spreadsheet ods
      font/woff woff
      font/woff2 woff2
      font/ttf ttf
      font/otf otf
      image/svg+xml svg
      image/png png apng
      image/jpeg jpg jpeg
      image/gif gif
      image/webp webp
      image/avif avif
      image/jxl jxl
      image/bmp bmp
      image/tiff tif tiff
      image/x-icon ico
      audio/mpeg mp3
      audio/ogg ogg oga opus
      audio/wav wav
      audio/flac flac
      audio/mp4 m4a
      audio/aac aac
      video/mp4 mp4 m4v
      video/webm webm
      video/ogg ogv
      video/quicktime mov
      video/x-matroska mkv
      video/mp2t ts
      application/vnd.apple.mpegurl m3u8
      application/dash+xml mpd
      """;

  private final Map<String, String> byEnding = new HashMap<>();

  MediaTypes() {
    // One blank and one line feed: String.split needs no regular expression for them.
    for (String line : TYPES.split("\n", -1)) {
      String[] words = line.split(" ", -1);
      String type = isText(words[0]) ? words[0] + "; charset=utf-8" : words[0];
      for (int i = 1; i < words.length; i++) {
        byEnding.put(words[i], type);
      }
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

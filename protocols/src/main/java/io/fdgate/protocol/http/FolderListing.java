package io.fdgate.protocol.http;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The page of a folder without an index file. It blocks. */
final class FolderListing {
  private static final int MAX_ENTRIES = 10_000;

  private FolderListing() {}

  static String html(FilePath path, Path folder, boolean dotFiles) throws IOException {
    String title = HtmlText.escape("/" + String.join("/", path.names()));
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>")
        .append(title)
        .append(
            "</title>\n<style>:root { color-scheme: light dark; font-family: system-ui }</style>")
        .append("\n<h1>")
        .append(title)
        .append("</h1>\n<ul>\n");
    if (!path.names().isEmpty()) {
      page.append("<li><a href=\"../\">../</a>\n");
    }
    for (String name : names(folder, dotFiles)) {
      String bare = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
      page.append("<li><a href=\"./")
          .append(FilePath.encode(bare))
          .append(bare.equals(name) ? "\">" : "/\">")
          .append(HtmlText.escape(name))
          .append("</a>\n");
    }
    return page.append("</ul>\n").toString();
  }

  /** The names in order, those of folders with a slash. */
  private static List<String> names(Path folder, boolean dotFiles) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        boolean served = Files.isDirectory(entry) || Files.isRegularFile(entry);
        if (served && (dotFiles || !FilePath.isHidden(name))) {
          names.add(Files.isDirectory(entry) ? name + "/" : name);
        }
        if (names.size() == MAX_ENTRIES) {
          break;
        }
      }
    }
    Collections.sort(names);
    return names;
  }
}

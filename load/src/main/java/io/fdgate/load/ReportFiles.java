package io.fdgate.load;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reports in files. */
public final class ReportFiles {
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private ReportFiles() {}

  /** A report for a terminal or a log. */
  public static String text(Report report) {
    return TextReport.of(report);
  }

  /** A report as JSON. */
  public static String json(Report report) {
    return GSON.toJson(report) + "\n";
  }

  /** Reads a report that was written as JSON. */
  public static Report read(Path file) throws LoadException {
    try {
      Report report = parse(Files.readString(file));
      if (report == null || !Report.FORMAT.equals(report.format())) {
        throw LoadException.usage(
            file + " is no report of fdgate load (expected: a file written with --json)");
      }
      return report;
    } catch (NoSuchFileException missing) {
      throw LoadException.usage(file + ": there is no such file");
    } catch (IOException refused) {
      throw LoadException.usage(file + " cannot be read: " + refused);
    }
  }

  private static @Nullable Report parse(String text) {
    try {
      return GSON.fromJson(text, Report.class);
    } catch (JsonParseException | NumberFormatException other) {
      return null;
    }
  }

  /** Writes a report as JSON. */
  public static void writeJson(Path file, Report report) throws LoadException {
    write(file, json(report));
  }

  /** Writes reports side by side as one HTML file. */
  public static void writeHtml(Path file, List<Report> reports) throws LoadException {
    write(file, HtmlReport.of(reports));
  }

  private static void write(Path file, String text) throws LoadException {
    try {
      Files.writeString(file, text);
    } catch (IOException refused) {
      throw LoadException.usage(file + " cannot be written: " + refused);
    }
  }
}

package io.fdgate.protocol.status;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The page: one file with its style and script in it. */
final class StatusPage {
  /** Nothing comes from anywhere else. */
  static final String POLICY =
      "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src"
          + " 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final String DATA = "/*SNAPSHOT*/";
  private static final String PAGE = read();

  private StatusPage() {}

  /** With the first snapshot in it, so that there is something to see before the first event. */
  static String html(Snapshot snapshot) {
    return PAGE.replace(DATA, snapshot.toJson());
  }

  private static String read() {
    try (InputStream page = StatusPage.class.getResourceAsStream("page.html")) {
      if (page == null) {
        throw new IllegalStateException("page.html is missing in the jar");
      }
      return new String(page.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }
}

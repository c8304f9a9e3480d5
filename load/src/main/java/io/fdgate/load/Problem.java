package io.fdgate.load;

/**
 * What is counted as an error while the run goes on. A wrong byte is not among them: it ends it.
 */
enum Problem {
  CONNECT("could not connect again"),
  CLOSED("connection closed by the target"),
  RESET("stream reset by the target"),
  STATUS("HTTP status other than 2xx"),
  TIMEOUT("no answer in time");

  private final String text;

  Problem(String text) {
    this.text = text;
  }

  String text() {
    return text;
  }
}

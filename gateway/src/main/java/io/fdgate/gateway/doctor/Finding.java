package io.fdgate.gateway.doctor;

/**
 * Something that will not work as written.
 *
 * @param place a file and line, or a variable
 * @param message what was found, what comes of it, what to change
 */
public record Finding(String place, String message) {
  @Override
  public String toString() {
    return place + ": " + message;
  }
}

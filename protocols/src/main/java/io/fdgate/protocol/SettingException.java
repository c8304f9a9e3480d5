package io.fdgate.protocol;

/** A setting that cannot work. The message says what was found and what was expected. */
public final class SettingException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * A fault of one key.
   *
   * @param key the key in the socket's table
   * @param message such as {@code is -1 (expected: 0 or more)}; the key is put before it
   */
  public SettingException(String key, String message) {
    super(message);
    this.key = key;
  }

  /** The key in the socket's table. */
  public String key() {
    return key;
  }
}

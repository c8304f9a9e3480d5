package io.fdgate.protocol;

import java.util.Map;

/** The values of settings; what the configuration leaves out has its default. Immutable. */
public final class Settings {
  /** Every setting at its default. */
  public static final Settings DEFAULTS = new Settings(Map.of());

  private final Map<String, Object> values;

  /**
   * Takes values that {@link Setting#parse} returned.
   *
   * @param values by key
   */
  public Settings(Map<String, Object> values) {
    this.values = Map.copyOf(values);
  }

  /** The value of a setting. */
  @SuppressWarnings("unchecked") // put there by the parse of a setting with this key
  public <T> T get(Setting<T> setting) {
    Object value = values.get(setting.key());
    return value == null ? setting.defaultValue() : (T) value;
  }
}

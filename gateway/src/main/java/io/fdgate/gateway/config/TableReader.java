package io.fdgate.gateway.config;

import io.fdgate.gateway.Fault;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the tables of one file by their settings, and collects the faults in it. */
final class TableReader {
  private final String file;
  private final KeyAdvice advice;
  private final List<Fault> faults = new ArrayList<>();

  TableReader(String file, KeyAdvice advice) {
    this.file = file;
    this.advice = advice;
  }

  /** What was found so far. */
  List<Fault> faults() {
    return faults;
  }

  /** How a line of the file is named. */
  String place(int line) {
    return file + ":" + line;
  }

  void fault(int line, String message) {
    faults.add(Fault.configuration(place(line) + ": " + message));
  }

  /** A table within another; null if there is none. */
  @Nullable TomlTable table(TomlTable parent, String key) {
    TomlTable table = parent.table(key);
    if (table == null && parent.containsKey(key)) {
      fault(parent.lineOf(key), key + " is " + parent.get(key) + " (expected: a table)");
    }
    return table;
  }

  /**
   * Reads a table that has no other keys than these.
   *
   * @param header its name; empty for what is before all tables
   * @param tables the tables that may be within it
   */
  Settings settings(TomlTable table, String header, List<Setting<?>> known, List<String> tables) {
    List<String> keys = new ArrayList<>(keys(known));
    keys.addAll(tables);
    unknownKeys(table, header, keys);
    return new Settings(values(table, header, known));
  }

  /** The values that a table has of some settings, without the wrong ones. */
  Map<String, Object> values(TomlTable table, String header, List<Setting<?>> known) {
    Map<String, Object> values = new HashMap<>();
    for (Setting<?> setting : known) {
      Object value = table.get(setting.key());
      if (value != null) {
        try {
          values.put(setting.key(), setting.parse(value));
        } catch (SettingException wrong) {
          fault(
              table.lineOf(setting.key()),
              inTable(header) + setting.key() + " " + wrong.getMessage());
        }
      }
    }
    return values;
  }

  void unknownKeys(TomlTable table, String header, Collection<String> known) {
    for (String key : table.keySet()) {
      if (!known.contains(key)) {
        fault(
            table.lineOf(key),
            inTable(header)
                + "unknown key \""
                + key
                + "\""
                + advice.on(key, known)
                + "; known here: "
                + String.join(", ", known));
      }
    }
  }

  /** How a fault message begins. */
  static String inTable(String header) {
    return header.isEmpty() ? "" : "[" + header + "] ";
  }

  static List<String> keys(Collection<Setting<?>> settings) {
    return settings.stream().<String>map(Setting::key).distinct().toList();
  }
}

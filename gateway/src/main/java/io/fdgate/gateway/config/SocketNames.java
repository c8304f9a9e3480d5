package io.fdgate.gateway.config;

import java.util.LinkedHashMap;
import java.util.Map;

/** The forms of a socket's name that are looked up, most exact first. */
public final class SocketNames {
  private static final String UNIT_SUFFIX = ".socket";

  private SocketNames() {}

  /**
   * The candidates for a name: itself, without {@code .socket}, without {@code @instance}. Without
   * FileDescriptorName= the name is the unit's: {@code echo@demo.socket} is meant as {@code echo}.
   *
   * @return each candidate with the words that say how it came about
   */
  public static Map<String, String> candidates(String name) {
    Map<String, String> candidates = new LinkedHashMap<>();
    candidates.put(name, "its name");
    String unit = name;
    if (name.endsWith(UNIT_SUFFIX)) {
      unit = name.substring(0, name.length() - UNIT_SUFFIX.length());
      candidates.putIfAbsent(unit, "its name without .socket");
    }
    int at = unit.indexOf('@');
    if (at > 0) {
      candidates.putIfAbsent(unit.substring(0, at), "its name without @instance");
    }
    return candidates;
  }
}

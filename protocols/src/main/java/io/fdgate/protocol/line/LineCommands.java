package io.fdgate.protocol.line;

import io.fdgate.protocol.Installed;
import io.fdgate.protocol.SettingException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.TreeMap;

/** The installed commands by name: the built-in ones and those of jars in {@code lib/}. */
final class LineCommands {
  private final Map<String, LineCommand> byName;
  private final List<LineCommand> all;

  private LineCommands(Map<String, LineCommand> byName) {
    this.byName = byName;
    this.all = List.copyOf(byName.values());
  }

  /**
   * Finds all commands.
   *
   * @throws SettingException with every fault: two of a name, a bad name, a jar that does not load
   */
  static LineCommands load() throws SettingException {
    return of(Installed.find(LineCommand.class).iterator());
  }

  /** Takes commands from an iterator that may fail, as ServiceLoader's does. */
  static LineCommands of(Iterator<LineCommand> found) throws SettingException {
    Map<String, LineCommand> byName = new TreeMap<>();
    List<String> faults = new ArrayList<>();
    while (true) {
      try {
        if (!found.hasNext()) {
          break;
        }
        add(found.next(), byName, faults);
      } catch (ServiceConfigurationError | LinkageError | RuntimeException broken) {
        faults.add("one cannot be loaded (" + broken + "); remove or mend its jar in lib/");
      }
    }
    if (!faults.isEmpty()) {
      throw new SettingException("LineCommand", "providers: " + String.join("; ", faults));
    }
    return new LineCommands(byName);
  }

  private static void add(
      LineCommand command, Map<String, LineCommand> byName, List<String> faults) {
    String name = command.name().toUpperCase(Locale.ROOT);
    String provider = command.getClass().getName();
    if (!isName(command.name()) || name.equals("OK") || name.equals("ERR")) {
      faults.add(
          provider
              + " has the name \""
              + command.name()
              + "\" (expected: letters, digits and -, a letter first; not OK or ERR)");
      return;
    }
    LineCommand other = byName.putIfAbsent(name, command);
    if (other != null) {
      faults.add(
          other.getClass().getName()
              + " and "
              + provider
              + " both have the name \""
              + name
              + "\"; remove the jar of one of them from lib/");
    }
  }

  private static boolean isName(String name) {
    boolean valid = !name.isEmpty() && isLetter(name.charAt(0));
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      valid &= isLetter(c) || (c >= '0' && c <= '9') || c == '-';
    }
    return valid;
  }

  private static boolean isLetter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  }

  /** The command of a name in upper case. */
  Optional<LineCommand> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** All of them, by name. */
  List<LineCommand> all() {
    return all;
  }
}

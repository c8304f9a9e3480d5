package io.fdgate.gateway.config;

import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import io.fdgate.gateway.config.Configuration.Log;
import io.fdgate.gateway.proxy.TrustedPeers;
import io.fdgate.protocol.DatagramProtocol;
import io.fdgate.protocol.Protocol;
import io.fdgate.protocol.Setting;
import io.fdgate.protocol.SettingException;
import io.fdgate.protocol.Settings;
import io.fdgate.protocol.StreamProtocol;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads and checks one file; every fault in it is reported, not only the first. */
public final class ConfigurationFile {
  private static final String SOCKETS = "sockets";
  private static final String LOG = "log";
  private static final Setting<Optional<String>> PROTOCOL =
      Setting.text("protocol", "The protocol for every socket of this name.");
  private static final Setting<Optional<String>> STREAM =
      Setting.text("stream", "The protocol for the stream sockets of this name.");
  private static final Setting<Optional<String>> DATAGRAM =
      Setting.text("datagram", "The protocol for the datagram sockets of this name.");
  private static final Setting<List<String>> ACCEPT_PROXY_PROTOCOL =
      Setting.textOrTexts(
          "accept_proxy_protocol",
          List.of(),
          "Proxies from which alone connections are taken, each beginning with a header of the"
              + " PROXY protocol: "
              + TrustedPeers.EXPECTED
              + ", or a list of them.");

  /** The settings of every {@code [sockets.NAME]} table, before those of its protocols. */
  public static final List<Setting<?>> TABLE =
      List.of(PROTOCOL, STREAM, DATAGRAM, ACCEPT_PROXY_PROTOCOL);

  private final ProtocolRegistry protocols;
  private final TableReader reader;
  private Optional<String> defaultProtocol = Optional.empty();

  private ConfigurationFile(String file, ProtocolRegistry protocols) {
    this.protocols = protocols;
    this.reader = new TableReader(file, new KeyAdvice(protocols));
  }

  /**
   * Reads a file.
   *
   * @throws FaultException with all faults that were found
   */
  public static Configuration load(Path path, ProtocolRegistry protocols) throws FaultException {
    String text;
    try {
      text = Files.readString(path);
    } catch (NoSuchFileException missing) {
      throw unreadable(path, "there is no such file; give the path of a TOML file");
    } catch (CharacterCodingException notText) {
      throw unreadable(path, "it is not UTF-8; TOML files are");
    } catch (IOException refused) {
      throw unreadable(path, "it cannot be read (" + refused + ")");
    }
    return parse(path.toString(), text, protocols);
  }

  /**
   * Checks the text of a file.
   *
   * @param file its name for fault messages
   * @throws FaultException with all faults that were found
   */
  public static Configuration parse(String file, String text, ProtocolRegistry protocols)
      throws FaultException {
    ConfigurationFile check = new ConfigurationFile(file, protocols);
    Configuration configuration = check.document(TomlTable.parse(file, text));
    if (!check.reader.faults().isEmpty()) {
      throw new FaultException(check.reader.faults());
    }
    return configuration;
  }

  private static FaultException unreadable(Path path, String why) {
    return new FaultException(List.of(Fault.configuration(path + ": " + why)));
  }

  private Configuration document(TomlTable root) {
    List<String> tableNames = new ArrayList<>(List.of(SOCKETS));
    Configuration.TABLES.forEach(each -> tableNames.add(each.name()));
    Settings global = reader.settings(root, "", Configuration.GLOBAL, tableNames);
    defaultProtocol = global.get(Configuration.DEFAULT_PROTOCOL);
    defaultProtocol.ifPresent(name -> installed(root, Configuration.DEFAULT_PROTOCOL.key(), name));
    TomlTable log = reader.table(root, LOG);
    Settings logging =
        log == null ? Settings.DEFAULTS : reader.settings(log, LOG, Configuration.LOG, List.of());
    Map<String, SocketTable> sockets = new LinkedHashMap<>();
    TomlTable tables = reader.table(root, SOCKETS);
    if (tables != null) {
      for (String name : tables.keySet()) {
        TomlTable table = reader.table(tables, name);
        if (table != null) {
          sockets.put(name, socketTable(name, table, tables.lineOf(name)));
        }
      }
    }
    return new Configuration(
        defaultProtocol,
        global.get(Configuration.DRAIN_TIMEOUT),
        global.get(Configuration.IDLE_EXIT),
        global.get(Configuration.KEEP_CONNECTIONS),
        global.get(Configuration.WATCHDOG_INTERVAL),
        global.get(Configuration.MAX_BUFFERED),
        global.get(Configuration.THREADS),
        new Log(
            logging.get(Configuration.LOG_LEVEL),
            logging.get(Configuration.LOG_FORMAT),
            logging.get(Configuration.LOG_LOGBACK)),
        sockets);
  }

  private SocketTable socketTable(String name, TomlTable table, int line) {
    String header = SOCKETS + "." + name;
    int before = reader.faults().size();
    Optional<String> both = protocol(table, PROTOCOL);
    Optional<String> stream = protocol(table, STREAM).or(() -> both);
    Optional<String> datagram = protocol(table, DATAGRAM).or(() -> both);
    serves(table, STREAM, StreamProtocol.class);
    serves(table, DATAGRAM, DatagramProtocol.class);

    Optional<String> byName =
        SocketNames.candidates(name).keySet().stream()
            .filter(candidate -> protocols.find(candidate).isPresent())
            .findFirst()
            .or(() -> defaultProtocol);
    Set<String> serving = new LinkedHashSet<>();
    stream.or(() -> byName).ifPresent(serving::add);
    datagram.or(() -> byName).ifPresent(serving::add);
    if (serving.isEmpty() && reader.faults().size() == before) {
      reader.fault(
          line,
          "["
              + header
              + "] chooses no protocol; add protocol = \"...\", one of "
              + protocols.names());
    }

    Set<Setting<?>> known = new LinkedHashSet<>(TABLE);
    List<Protocol> served =
        serving.stream().flatMap(each -> protocols.find(each).stream()).toList();
    served.forEach(protocol -> known.addAll(protocol.settings()));
    List<Setting<?>> limits = limitsBesides(served);
    known.addAll(limits);
    // With an unknown protocol nothing can be said of the other keys.
    if (served.size() == serving.size()) {
      reader.unknownKeys(table, header, TableReader.keys(known));
    }
    Map<String, Settings> settings = new HashMap<>();
    for (Protocol protocol : served) {
      settings.put(
          protocol.name(), new Settings(reader.values(table, header, protocol.settings())));
    }
    Map<String, String> keyLocations = new HashMap<>();
    table.keySet().forEach(key -> keyLocations.put(key, reader.place(table.lineOf(key))));
    return new SocketTable(
        name,
        stream,
        datagram,
        trustedPeers(table, header),
        settings,
        SocketLimits.of(new Settings(reader.values(table, header, limits))),
        reader.place(line),
        keyLocations);
  }

  private Optional<TrustedPeers> trustedPeers(TomlTable table, String header) {
    String key = ACCEPT_PROXY_PROTOCOL.key();
    if (!table.containsKey(key)) {
      return Optional.empty();
    }
    List<String> entries =
        new Settings(reader.values(table, header, List.of(ACCEPT_PROXY_PROTOCOL)))
            .get(ACCEPT_PROXY_PROTOCOL);
    try {
      return Optional.of(entries).filter(list -> !list.isEmpty()).map(TrustedPeers::of);
    } catch (IllegalArgumentException wrong) {
      reader.fault(
          table.lineOf(key),
          TableReader.inTable(header)
              + key
              + " has \""
              + wrong.getMessage()
              + "\" (expected: "
              + TrustedPeers.EXPECTED
              + ")");
      return Optional.empty();
    }
  }

  /** A key that all protocols of a table have is theirs to check. */
  private static List<Setting<?>> limitsBesides(List<Protocol> served) {
    return SocketLimits.ALL.stream()
        .filter(limit ->
            served.isEmpty()
                || served.stream()
                    .anyMatch(protocol ->
                        protocol.settings().stream()
                            .noneMatch(setting -> setting.key().equals(limit.key()))))
        .toList();
  }

  private Optional<String> protocol(TomlTable table, Setting<Optional<String>> key) {
    Object value = table.get(key.key());
    if (value == null) {
      return Optional.empty();
    }
    try {
      Optional<String> name = key.parse(value);
      name.ifPresent(each -> installed(table, key.key(), each));
      return name;
    } catch (SettingException wrong) {
      reader.fault(table.lineOf(key.key()), key.key() + " " + wrong.getMessage());
      return Optional.empty();
    }
  }

  private void installed(TomlTable table, String key, String name) {
    if (protocols.find(name).isEmpty()) {
      List<String> names = protocols.all().stream().map(Protocol::name).toList();
      reader.fault(
          table.lineOf(key),
          key
              + " = \""
              + name
              + "\": there is no such protocol"
              + NearestKey.question(name, names)
              + "; installed: "
              + protocols.names());
    }
  }

  private void serves(
      TomlTable table, Setting<Optional<String>> key, Class<? extends Protocol> side) {
    if (table.get(key.key()) instanceof String name
        && protocols.find(name).filter(protocol -> !side.isInstance(protocol)).isPresent()) {
      reader.fault(
          table.lineOf(key.key()),
          key.key()
              + " = \""
              + name
              + "\": this protocol does not serve "
              + key.key()
              + " sockets; installed: "
              + protocols.names());
    }
  }
}

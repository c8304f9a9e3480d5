package io.fdgate.gateway.manual;

import io.fdgate.gateway.config.Configuration;
import io.fdgate.gateway.config.ConfigurationFile;
import io.fdgate.gateway.config.ProtocolRegistry;
import io.fdgate.gateway.config.SocketLimits;
import io.fdgate.gateway.manual.Manual.Block;
import io.fdgate.gateway.manual.Manual.Code;
import io.fdgate.gateway.manual.Manual.Entry;
import io.fdgate.gateway.manual.Manual.Heading;
import io.fdgate.gateway.manual.Manual.Paragraph;
import io.fdgate.protocol.Protocol;
import io.fdgate.protocol.Setting;
import java.util.ArrayList;
import java.util.List;

/** fdgate.toml(5): every key, as the check of the file knows it. */
public final class ConfigurationManual {
  private ConfigurationManual() {}

  /** The manual of the installed protocols. */
  public static Manual of(ProtocolRegistry protocols) {
    List<Block> blocks = new ArrayList<>();
    blocks.add(
        new Paragraph(
            "One TOML file, given by `--config FILE` or `FDGATE_CONFIG`. It is optional: a unit's"
                + " `FileDescriptorName=` alone chooses a protocol. `fdgate check FILE` checks a"
                + " file and tells all of its faults with their lines; a file with a fault serves"
                + " nothing."));
    blocks.add(
        new Code(
            """
            drain_timeout = "30s"

            [log]
            level = "warn"

            [sockets.web]
            protocol = "http"
            root = "/srv/www"
            """));
    blocks.add(new Heading("Outside of any table"));
    entries(blocks, Configuration.GLOBAL);
    for (Configuration.Table table : Configuration.TABLES) {
      blocks.add(new Heading("[" + table.name() + "]"));
      blocks.add(new Paragraph(table.summary()));
      entries(blocks, table.settings());
    }
    blocks.add(new Heading("[sockets.NAME]"));
    blocks.add(
        new Paragraph(
            "A table for the sockets whose name is NAME, or becomes it without `.socket` or without"
                + " `@instance`. It has these keys, and those of the protocols that it chooses."));
    entries(blocks, ConfigurationFile.TABLE);
    entries(blocks, SocketLimits.ALL);
    for (Protocol protocol : protocols.all()) {
      blocks.add(new Heading("Protocol " + protocol.name()));
      blocks.add(new Paragraph("It " + protocol.summary() + "."));
      if (protocol.settings().isEmpty()) {
        blocks.add(new Paragraph("It has no keys."));
      }
      entries(blocks, protocol.settings());
    }
    return new Manual("fdgate.toml", 5, "the configuration of fdgate", blocks);
  }

  private static void entries(List<Block> blocks, List<Setting<?>> settings) {
    for (Setting<?> setting : settings) {
      List<String> paragraphs = new ArrayList<>(List.of(setting.summary()));
      paragraphs.add("Expected: " + setting.expected() + ".");
      // The number of cores is another one on each machine.
      String shown =
          Configuration.GLOBAL.contains(setting) && setting.defaultValue() instanceof Integer
              ? ""
              : setting.defaultText();
      if (!shown.isEmpty()) {
        paragraphs.add("Default: `" + shown + "`.");
      }
      blocks.add(new Entry(setting.key(), paragraphs));
    }
  }
}

package io.fdgate.gateway.config;

import com.electronwill.nightconfig.core.CommentedConfig;
import com.electronwill.nightconfig.core.Config;
import com.electronwill.nightconfig.core.IncompatibleIntermediaryLevelException;
import com.electronwill.nightconfig.core.io.ParsingException;
import com.electronwill.nightconfig.core.io.ParsingMode;
import com.electronwill.nightconfig.toml.TomlFormat;
import com.electronwill.nightconfig.toml.TomlParser;
import io.fdgate.gateway.Fault;
import io.fdgate.gateway.FaultException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A TOML table that knows the line of each of its keys.
 *
 * <p>night-config keeps no positions, but reads character by character and fills maps that the
 * caller makes: so each map asks the reader for its line when it is made (a table header, an
 * opening brace) and when a key is put.
 */
final class TomlTable extends LinkedHashMap<String, Object> {
  private static final long serialVersionUID = 1L;

  private final transient LineReader reader;
  private final int line;
  private final Map<String, Integer> keyLines = new HashMap<>();

  private TomlTable(LineReader reader) {
    this.reader = reader;
    this.line = reader.line;
  }

  /**
   * Parses a document.
   *
   * @param file its name for fault messages
   * @throws FaultException when it is not TOML
   */
  static TomlTable parse(String file, String text) throws FaultException {
    LineReader reader = new LineReader(text);
    CommentedConfig root = CommentedConfig.of(() -> new TomlTable(reader), TomlFormat.instance());
    try {
      new TomlParser().parse(reader, root, ParsingMode.REPLACE);
    } catch (ParsingException | IndexOutOfBoundsException | NumberFormatException malformed) {
      throw malformed(file, reader, String.valueOf(malformed.getMessage()));
    } catch (IncompatibleIntermediaryLevelException twice) {
      throw malformed(file, reader, "a key that has a value already is used as a table");
    } catch (StackOverflowError deep) {
      throw malformed(file, reader, "lists or tables are nested too deeply");
    }
    return of(root);
  }

  private static FaultException malformed(String file, LineReader reader, String why) {
    return new FaultException(
        List.of(Fault.configuration(file + ":" + reader.line + ": not TOML: " + why)));
  }

  @Override
  public @Nullable Object put(String key, Object value) {
    keyLines.put(key, value instanceof Config config ? of(config).line : reader.line);
    return super.put(key, value);
  }

  /** The value of a key that is a table, or null. */
  @Nullable TomlTable table(String key) {
    return get(key) instanceof Config config ? of(config) : null;
  }

  /** The line of a key, from 1. */
  int lineOf(String key) {
    return keyLines.getOrDefault(key, line);
  }

  private static TomlTable of(Config config) {
    return (TomlTable) config.valueMap();
  }

  /** Counts lines; a line end belongs to the line that it ends. */
  private static final class LineReader extends Reader {
    private final StringReader text;
    private int line = 1;
    private boolean lineEnded;

    LineReader(String text) {
      this.text = new StringReader(text);
    }

    @Override
    public int read() throws IOException {
      int character = text.read();
      if (lineEnded && character != -1) {
        line++;
        lineEnded = false;
      }
      lineEnded |= character == '\n';
      return character;
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      int count = 0;
      while (count < length) {
        int character = read();
        if (character == -1) {
          return count == 0 ? -1 : count;
        }
        buffer[offset + count++] = (char) character;
      }
      return count;
    }

    @Override
    public void close() {
      text.close();
    }
  }
}

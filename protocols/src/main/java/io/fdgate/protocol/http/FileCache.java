package io.fdgate.protocol.http;

import io.fdgate.protocol.http.FileSearch.Result.Found;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What was found a moment ago, still open: a file that many ask for is looked for a few times a
 * second, and not for each request. Any thread.
 *
 * <p>A moment is so short that nobody who changes a file sees the old one by reloading a page.
 */
final class FileCache {
  private static final long MOMENT_MILLIS = 200;
  private static final int MOST = 256;

  private final ConcurrentHashMap<Key, Entry> entries = new ConcurrentHashMap<>();

  /**
   * What was asked for.
   *
   * @param path as the client sent it
   */
  record Key(String path, List<Encoding> accepted) {
    // Both as a record has them, whose own are made when they are first called: by the first
    // answer.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && path.equals(key.path) && accepted.equals(key.accepted);
    }

    @Override
    public int hashCode() {
      return 31 * path.hashCode() + accepted.hashCode();
    }
  }

  /** What was found for it. */
  record Entry(FilePath path, Found found) {}

  /** What was found, with a reference to its file that is the caller's. */
  Optional<Entry> get(Key key) {
    // Within the map's lock for the key: an entry's own reference cannot be released meanwhile.
    return Optional.ofNullable(
        entries.computeIfPresent(
            key,
            (_, entry) -> {
              entry.found().file().retain();
              return entry;
            }));
  }

  /** Keeps what was found for a moment, with a reference of its own. */
  void put(Key key, Entry entry, ScheduledExecutorService timer) {
    if (entries.size() >= MOST) {
      return;
    }
    entry.found().file().retain();
    if (entries.putIfAbsent(key, entry) != null) {
      entry.found().file().release();
      return;
    }
    var _ = timer.schedule(() -> remove(key, entry), MOMENT_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void remove(Key key, Entry entry) {
    if (entries.remove(key, entry)) {
      entry.found().file().release();
    }
  }
}

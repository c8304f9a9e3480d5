package io.fdgate.gateway.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The files that {@code fdgate install} wrote, each with its SHA-256 digest of then, in a list that
 * {@code sha256sum --check} reads, too. A file that has another digest now was edited, and is the
 * user's.
 */
final class InstalledFiles {
  private static final String GAP = "  ";

  private final Path list;
  private final SortedMap<Path, String> digests = new TreeMap<>();

  private InstalledFiles(Path list) {
    this.list = list;
  }

  /** What is to be done to a file. */
  enum State {
    /** It is not there. */
    ABSENT,
    /** It holds what it should. */
    CURRENT,
    /** It was installed and not touched, and is to hold something else now. */
    OUTDATED,
    /** It was written by someone else, or edited, or is no regular file. */
    FOREIGN
  }

  static InstalledFiles read(Path list) throws IOException {
    InstalledFiles installed = new InstalledFiles(list);
    if (Files.exists(list)) {
      for (String line : Files.readAllLines(list)) {
        int gap = line.indexOf(GAP);
        if (gap < 0) {
          throw new IOException(list + ": expected \"DIGEST  FILE\", found \"" + line + "\"");
        }
        installed.digests.put(Path.of(line.substring(gap + GAP.length())), line.substring(0, gap));
      }
    }
    return installed;
  }

  Collection<Path> files() {
    return List.copyOf(digests.keySet());
  }

  State state(Path target, Path source) throws IOException {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return State.ABSENT;
    }
    if (!Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
      return State.FOREIGN;
    }
    String found = digest(target);
    if (found.equals(digest(source))) {
      return State.CURRENT;
    }
    return found.equals(digests.get(target)) ? State.OUTDATED : State.FOREIGN;
  }

  /** Whether it is as it was installed. */
  boolean isUntouched(Path target) throws IOException {
    return Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)
        && digest(target).equals(digests.get(target));
  }

  /** Copies a file, whole or not at all, and remembers it. */
  void write(Path target, Path source) throws IOException {
    byte[] content = Files.readAllBytes(source);
    replace(target, content);
    digests.put(target, digest(content));
    save();
  }

  /**
   * Deletes a file that is as it was installed, with folders below {@code top} that this empties.
   */
  void delete(Path target, Path top) throws IOException {
    Files.delete(target);
    forget(target);
    deleteEmptyFolders(target, top);
  }

  /** Says nothing more about a file. */
  void forget(Path target) throws IOException {
    digests.remove(target);
    save();
  }

  /** Deletes the folders of a file that is gone, as far as they are empty and below {@code top}. */
  static void deleteEmptyFolders(Path file, Path top) throws IOException {
    Path folder = file.getParent();
    while (folder != null && folder.startsWith(top) && !folder.equals(top) && isEmpty(folder)) {
      Files.delete(folder);
      folder = folder.getParent();
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.findAny().isEmpty();
    }
  }

  private void save() throws IOException {
    if (digests.isEmpty()) {
      Files.deleteIfExists(list);
      deleteEmptyFolders(list, list.resolve("../..").normalize());
      return;
    }
    StringBuilder text = new StringBuilder();
    digests.forEach((file, digest) -> text.append(digest).append(GAP).append(file).append('\n'));
    replace(list, text.toString().getBytes(UTF_8));
  }

  private static void replace(Path target, byte[] content) throws IOException {
    Files.createDirectories(target.getParent());
    Path temporary = target.resolveSibling("." + target.getFileName() + ".fdgate-new");
    Files.write(temporary, content);
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  private static String digest(Path file) throws IOException {
    return digest(Files.readAllBytes(file));
  }

  private static String digest(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible); // every JDK has it
    }
  }
}

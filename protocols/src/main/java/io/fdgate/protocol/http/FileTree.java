package io.fdgate.protocol.http;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A folder whose files are served, and the rules of what may leave it. Its methods block.
 *
 * <p>Java has no openat2(2): a path is resolved first, checked as resolved, and opened without
 * following a link; then it must still name what was checked. Whoever can replace a folder above
 * the file between these steps can write to the tree anyway.
 *
 * @param root the folder; it may be a link that is switched while we serve
 * @param linksOutside whether a link may lead out of it
 * @param dotFiles whether names that begin with a dot are served
 */
record FileTree(Path root, boolean linksOutside, boolean dotFiles) {
  /**
   * Where a path leads.
   *
   * @throws NoSuchFileException also when it is there but not to be served
   */
  Path resolve(FilePath path) throws IOException {
    Path real = root.toRealPath();
    Path wanted = real;
    for (String name : path.names()) {
      if (!dotFiles && FilePath.isHidden(name)) {
        throw new NoSuchFileException(name);
      }
      wanted = wanted.resolve(name);
    }
    return check(real, wanted.toRealPath());
  }

  /** Where a name in a folder that was resolved leads. */
  Path resolve(Path folder, String name) throws IOException {
    return check(root.toRealPath(), folder.resolve(name).toRealPath());
  }

  private Path check(Path realRoot, Path target) throws IOException {
    if (!target.startsWith(realRoot)) {
      if (!linksOutside) {
        throw new NoSuchFileException(target.toString());
      }
      return target;
    }
    if (!dotFiles) {
      for (Path name : realRoot.relativize(target)) {
        if (FilePath.isHidden(name.toString())) {
          throw new NoSuchFileException(target.toString());
        }
      }
    }
    return target;
  }

  /**
   * Opens a regular file that was resolved. The kind is looked at first, as opening a FIFO waits
   * for a writer and opening a device may do anything.
   *
   * @throws NoSuchFileException when it is none
   */
  static OpenFile open(Path resolved) throws IOException {
    BasicFileAttributes before = attributes(resolved);
    if (!before.isRegularFile()) {
      throw new NoSuchFileException(resolved.toString());
    }
    FileChannel channel =
        FileChannel.open(resolved, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try {
      BasicFileAttributes after = attributes(resolved);
      if (!Objects.equals(before.fileKey(), after.fileKey())) {
        throw new NoSuchFileException(resolved.toString());
      }
      return new OpenFile(channel, after);
    } catch (IOException | RuntimeException changed) {
      channel.close();
      throw changed;
    }
  }

  static boolean isFolder(Path resolved) throws IOException {
    return attributes(resolved).isDirectory();
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
  }
}

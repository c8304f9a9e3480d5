package io.fdgate.protocol.http;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Finds what a path stands for. Its methods block, and run off the event loops. */
final class FileSearch {
  private final FileTree tree;
  private final List<String> index;
  private final boolean listing;
  private final MediaTypes types = new MediaTypes();

  FileSearch(FileTree tree, List<String> index, boolean listing) {
    this.tree = tree;
    this.index = List.copyOf(index);
    this.listing = listing;
  }

  /** What there is. */
  sealed interface Result {
    /**
     * A file.
     *
     * @param file belongs to whoever takes the result
     * @param type the media type, of the plain file
     * @param encoding how it is compressed
     * @param varies whether there is more than one form of it
     */
    record Found(OpenFile file, String type, Optional<Encoding> encoding, boolean varies)
        implements Result {}

    /** A folder that was asked for without the slash at its end. */
    record Redirect(String path) implements Result {}

    /** A folder, as HTML. */
    record Listing(String html) implements Result {}

    /** Nothing, or nothing that is served. */
    record Missing() implements Result {}
  }

  /**
   * Looks for a path.
   *
   * @param accepted the encodings that the client takes, best first
   */
  Result find(FilePath path, List<Encoding> accepted) throws IOException {
    try {
      Path resolved = tree.resolve(path);
      if (!FileTree.isFolder(resolved)) {
        return path.directory() ? new Result.Missing() : found(resolved, path.names(), accepted);
      }
      if (!path.directory() && !path.names().isEmpty()) {
        return new Result.Redirect(new FilePath(path.names(), true).toUri());
      }
      return folder(path, resolved, accepted);
    } catch (FileSystemException missing) {
      // Not there, no permission, a file used as a folder, a loop of links, a name too long.
      return new Result.Missing();
    }
  }

  private Result folder(FilePath path, Path folder, List<Encoding> accepted) throws IOException {
    for (String name : index) {
      try {
        Path file = tree.resolve(folder, name);
        if (!FileTree.isFolder(file)) {
          return found(file, List.of(name), accepted);
        }
      } catch (FileSystemException missing) {
        // The next name, then.
      }
    }
    return listing
        ? new Result.Listing(FolderListing.html(path, folder, tree.dotFiles()))
        : new Result.Missing();
  }

  private Result found(Path plain, List<String> names, List<Encoding> accepted) throws IOException {
    String type = types.of(names.getLast());
    Path folder = plain.toAbsolutePath().getParent();
    OpenFile file = FileTree.open(plain);
    boolean varies = false;
    for (Encoding encoding : Encoding.values()) {
      varies |= folder != null && compressed(folder, plain, encoding).isPresent();
    }
    for (Encoding encoding : accepted) {
      Optional<Path> sibling =
          folder == null ? Optional.empty() : compressed(folder, plain, encoding);
      if (sibling.isPresent()) {
        try {
          OpenFile smaller = FileTree.open(sibling.get());
          file.release();
          return new Result.Found(smaller, type, Optional.of(encoding), true);
        } catch (FileSystemException gone) {
          // The next best, then.
        }
      }
    }
    return new Result.Found(file, type, Optional.empty(), varies);
  }

  private Optional<Path> compressed(Path folder, Path plain, Encoding encoding) throws IOException {
    try {
      Path sibling = tree.resolve(folder, plain.getFileName() + encoding.suffix());
      return FileTree.isFolder(sibling) ? Optional.empty() : Optional.of(sibling);
    } catch (FileSystemException missing) {
      return Optional.empty();
    }
  }
}

package dev.mama.matching;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A model's file as a path: itself, or where it is not a file, in a jar for instance, a temporary
 * copy, which closing deletes. Native libraries read files; a stream would be held on the heap.
 */
record LocalFile(Path path, boolean isCopy) implements AutoCloseable {

  static LocalFile of(URL url) throws IOException, URISyntaxException {
    if (url.getProtocol().equals("file")) {
      return new LocalFile(Path.of(url.toURI()), false);
    }
    String name = url.getPath();
    LocalFile copy = temporary(name.substring(Math.max(0, name.lastIndexOf('.'))));
    try (InputStream bytes = url.openStream()) {
      Files.copy(bytes, copy.path(), StandardCopyOption.REPLACE_EXISTING);
      return copy;
    } catch (IOException e) {
      copy.close();
      throw e;
    }
  }

  /** An empty one, whose name has this ending. */
  static LocalFile temporary(String ending) throws IOException {
    return new LocalFile(Files.createTempFile("mama-model", ending), true);
  }

  @Override
  public void close() throws IOException {
    if (isCopy) {
      Files.deleteIfExists(path);
    }
  }
}

package dev.mama.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The folder of a journal. The tests put one in its place that forgets what was not forced.
 *
 * <p>Thread-safe, but for two threads at one {@link File}.
 */
interface Storage extends AutoCloseable {

  /** The names of all files, in no order. */
  List<String> names() throws IOException;

  /** Opens a file that exists, to be read by one thread. */
  File openToRead(String name) throws IOException;

  /** Opens a file that exists, to be read and written by one thread. */
  File openToWrite(String name) throws IOException;

  /** Makes an empty file, or empties the one that is there. */
  File create(String name) throws IOException;

  void delete(String name) throws IOException;

  /** Makes the disk keep which files there are. */
  void sync() throws IOException;

  /** Where the file {@code name} is, for messages. */
  Path path(String name);

  /** Where the folder is, for messages. */
  Path folder();

  @Override
  void close() throws IOException;

  /** One open file. */
  interface File extends AutoCloseable {

    long size() throws IOException;

    /** Reads from {@code offset} on, as much as comes; -1 at the end. */
    int read(ByteBuffer into, long offset) throws IOException;

    /** Writes all that remains in {@code from}; some of it may be written when this fails. */
    void write(ByteBuffer from, long offset) throws IOException;

    void truncate(long size) throws IOException;

    /** Makes the disk keep the content and the size. */
    void force() throws IOException;

    @Override
    void close() throws IOException;
  }
}

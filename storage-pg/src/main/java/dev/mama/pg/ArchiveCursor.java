package dev.mama.pg;

import dev.mama.Event;
import dev.mama.StorageException;
import dev.mama.pg.ArchiveBlocks.Block;
import dev.mama.pg.EventQuery.Position;
import dev.mama.pg.EventSource.EventCursor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/*
 * Files hold events in the order in which they were appended, which is nearly that of time. So all files
 * are read twice: once to learn where each block's first event lies, and once block by block in that
 * order. An event is handed out when no block that is still closed can begin before it. In memory are the
 * blocks that overlap, and a few words for each block.
 */

/** The events of an archive that a query wants, in order of time and id. */
final class ArchiveCursor implements EventCursor {

  private static final int PAGE = 1_000;

  private final Path folder;
  private final EventQuery query;
  private final PriorityQueue<Event> waiting =
      new PriorityQueue<>(Comparator.comparing(Position::of));
  private final Map<Path, ArchiveBlocks> open = new TreeMap<>();
  private final Map<Path, Integer> unread = new HashMap<>();
  private @Nullable List<Block> blocks;
  private int nextBlock;
  private boolean closed;

  /**
   * @param folder the experiment's
   */
  ArchiveCursor(Path folder, EventQuery query) {
    this.folder = folder;
    this.query = query;
  }

  @Override
  public List<Event> next() throws InterruptedException {
    if (closed) {
      return List.of();
    }
    try {
      List<Block> all = blocks == null ? index() : blocks;
      blocks = all;
      List<Event> page = new ArrayList<>();
      while (page.size() < PAGE && (!waiting.isEmpty() || nextBlock < all.size())) {
        if (isNextBlockDue(all)) {
          read(all.get(nextBlock++));
        } else {
          page.add(waiting.remove());
        }
      }
      return page;
    } catch (IOException e) {
      throw new StorageException("archive %s could not be read: %s".formatted(folder, e), e);
    }
  }

  private boolean isNextBlockDue(List<Block> all) {
    return nextBlock < all.size()
        && (waiting.isEmpty()
            || all.get(nextBlock).first().compareTo(Position.of(waiting.element())) <= 0);
  }

  private List<Block> index() throws IOException, InterruptedException {
    List<Block> found = new ArrayList<>();
    for (Table table : Table.values()) {
      if (Selection.includes(query, table)) {
        for (Path file : ArchiveFile.of(folder, table)) {
          if (Thread.interrupted()) {
            throw new InterruptedException("interrupted while reading " + file);
          }
          try (ArchiveBlocks reading = ArchiveBlocks.open(file, table)) {
            if (reading != null) {
              reading.index(query, found::add);
            }
          }
        }
      }
    }
    found.forEach(block -> unread.merge(block.file(), 1, Integer::sum));
    found.sort(Comparator.comparing(Block::first));
    return found;
  }

  private void read(Block block) throws IOException {
    ArchiveBlocks reading = open.get(block.file());
    if (reading == null) {
      reading = ArchiveBlocks.open(block.file(), block.table());
      if (reading == null) {
        throw new IOException(block.file() + " has been cut while it was read");
      }
      open.put(block.file(), reading);
    }
    reading.read(
        block.at(),
        event -> {
          if (query.matches(event)) {
            waiting.add(event);
          }
        });
    if (unread.merge(block.file(), -1, Integer::sum) == 0) {
      open.remove(block.file());
      reading.close();
    }
  }

  @Override
  public void close() {
    closed = true;
    waiting.clear();
    blocks = List.of();
    for (ArchiveBlocks reading : open.values()) {
      try {
        reading.close();
      } catch (IOException e) {
        throw new StorageException("archive %s could not be closed: %s".formatted(folder, e), e);
      }
    }
    open.clear();
  }
}

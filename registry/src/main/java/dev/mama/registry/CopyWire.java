package dev.mama.registry;

import dev.mama.AgentId;
import java.util.List;

/** What a registry's owner and those who keep a copy of it say to each other. */
final class CopyWire {

  /** Where the owner publishes its news. */
  static final String TOPIC = "registry";

  private CopyWire() {}

  /**
   * How some agents are now, published on {@link #TOPIC}. With nobody in it, it says which number
   * was the last.
   *
   * @param start which start of the owner; a later one has a greater number
   * @param number its place among the news of that start, from 1 on
   * @param listed those that are there
   * @param retired those that are there no more
   */
  record RegistryNews(long start, long number, List<Listed> listed, List<AgentId> retired) {
    RegistryNews {
      listed = List.copyOf(listed);
      retired = List.copyOf(retired);
    }

    /** Whether it only says how far the news have come. */
    boolean namesNobody() {
      return listed.isEmpty() && retired.isEmpty();
    }
  }

  /**
   * Asks for a part of a snapshot.
   *
   * @param snapshot which one, 0 to begin
   * @param from the first place that is wanted
   */
  record RegistryPageWanted(long snapshot, int from) {}

  /**
   * A part of a snapshot. Where it begins at 0, what was read of another one is void.
   *
   * @param start which start of the owner
   * @param number the last news that is in the snapshot; later ones may be, too
   * @param snapshot which one it is
   * @param from its first place
   * @param next the place after its last
   * @param total places in all; the snapshot is whole when {@code next} is there
   * @param listed agents, without those that have been retired meanwhile
   */
  record RegistryPage(
      long start, long number, long snapshot, int from, int next, int total, List<Listed> listed) {
    RegistryPage {
      listed = List.copyOf(listed);
    }
  }

  /** Time to look what is to be told. */
  record RegistryTick() {}
}

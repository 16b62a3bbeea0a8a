package dev.mama.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mama.AgentContext;
import dev.mama.bench.NegotiationWorld.Held;
import dev.mama.negotiation.Bid;
import dev.mama.negotiation.Bidder;
import dev.mama.negotiation.Offer;
import dev.mama.negotiation.Outcome;
import dev.mama.negotiation.Performative.CallForProposals;
import dev.mama.negotiation.Rules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Negotiations in a process whose heap is filled but for a little, which ends at the first
 * allocation that fails. The figure is 1 where it has ended well and each negotiation had one award
 * and one performance.
 */
final class NegotiationSmallHeap {

  private static final int AGENTS = 100;
  private static final int FEW = 5;
  private static final int ROUNDS = 20;
  private static final long LEFT = 6L << 20;
  private static final int BLOCK = 1 << 16;
  private static final String HEAP = "-Xmx64m";

  private NegotiationSmallHeap() {}

  static List<Figure> run() throws InterruptedException {
    Process child;
    try {
      child =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  HEAP,
                  "-XX:+UseSerialGC",
                  "-XX:+ExitOnOutOfMemoryError",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  NegotiationSmallHeap.class.getName())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException("a process with a small heap cannot be started", e);
    }
    try (var output = child.inputReader(UTF_8)) {
      List<String> said = output.lines().filter(line -> line.startsWith("held ")).toList();
      int ended = child.waitFor();
      List<String> words = said.isEmpty() ? List.of() : List.of(said.getFirst().split(" ", -1));
      boolean holds = ended == 0 && words.size() == 5 && isWhole(words);
      var figures = new ArrayList<Figure>();
      figures.add(
          Figure.of("negotiation.fault.small-heap", holds ? 1 : 0, "count", ROUNDS * AGENTS / FEW)
              .exactly(1));
      if (words.size() == 5) {
        figures.add(
            Figure.of("negotiation.small-heap.free", Double.parseDouble(words.get(4)), "bytes", 1));
      }
      return figures;
    } catch (IOException e) {
      throw new UncheckedIOException("a process with a small heap cannot be heard", e);
    } finally {
      child.destroyForcibly();
    }
  }

  private static boolean isWhole(List<String> words) {
    return words.get(1).equals(words.get(2)) && words.get(1).equals(words.get(3));
  }

  /** The process: says how many were held, awarded and performed, and how much room there was. */
  public static void main(String[] arguments) throws Exception {
    var performed = new AtomicInteger();
    var bidder =
        new Bidder() {
          @Override
          public Bid bid(CallForProposals call, AgentContext context) {
            return Bid.of(new Offer("carries it", "carries whatever", 1, 0.5));
          }

          @Override
          public String perform(String share, AgentContext context) {
            performed.incrementAndGet();
            return "done";
          }
        };
    try (var world =
        NegotiationWorld.open(AGENTS, Rules.contractNet(), options -> options, id -> bidder)) {
      world.holdAll(AGENTS / FEW, FEW); // classes are loaded
      performed.set(0);
      var ballast = new ArrayList<byte[]>();
      long most = Runtime.getRuntime().maxMemory();
      while (most - Memory.used() > LEFT) {
        for (long fill = most - Memory.used() - LEFT; fill > 0; fill -= BLOCK) {
          ballast.add(new byte[BLOCK]);
        }
      }
      long free = most - Memory.used();
      int held = 0;
      int awarded = 0;
      for (int round = 0; round < ROUNDS; round++) {
        for (Held each : world.holdAll(AGENTS / FEW, FEW)) {
          held++;
          awarded += each.outcome() instanceof Outcome.Awarded ? 1 : 0;
        }
      }
      System.out.printf(
          "held %d %d %d %d%n", held, awarded, performed.get(), ballast.isEmpty() ? 0 : free);
    }
  }
}

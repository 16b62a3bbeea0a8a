package dev.mama.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A question that is answered by measuring. */
public interface Bench {

  /** What it is called on the command line. */
  String name();

  /** The question, as one sentence. */
  String question();

  /** Where its report goes by default, below {@code results}. */
  default String folder() {
    return "bench-" + name();
  }

  /**
   * What the figures say, as Markdown for a person, below the head of {@code report.md}: tables
   * that put side by side what belongs together; empty where the list of all figures does.
   */
  default String page(List<Figure> figures) {
    return "";
  }

  /** Whether it is answered by trials, which can be chosen. */
  default boolean hasTrials() {
    return false;
  }

  /**
   * Looks at what is to be tried before anything is.
   *
   * @throws IllegalArgumentException if there is something that cannot be tried
   */
  default void check(Trials trials) {}

  /** Whether it has a long run that looks for leaks. */
  default boolean canSoak() {
    return false;
  }

  /**
   * Measures.
   *
   * @param options how
   * @param progress told how far it is
   * @throws InterruptedException if interrupted; what was opened is closed
   */
  List<Figure> run(Options options, Progress progress) throws InterruptedException;

  /**
   * How to measure.
   *
   * <p>Immutable.
   *
   * @param size how much is measured
   * @param seed what the inputs are drawn from
   * @param soak whether to look for leaks instead, where that {@link #canSoak}
   * @param out where charts go, or empty where none are wanted
   * @param trials what is tried how often, where a question is answered by trials
   */
  record Options(Size size, long seed, boolean soak, Optional<Path> out, Trials trials) {

    /** A run that answers the question, without charts. */
    public Options(Size size, long seed) {
      this(size, seed, false, Optional.empty(), Trials.USUAL);
    }
  }

  /**
   * What is tried, and how often.
   *
   * <p>Immutable.
   *
   * @param attacks a file that lists attacks, or empty for all there are
   * @param seeds how many seeds, from the options' seed on; 0 for as many as is usual
   */
  record Trials(Optional<Path> attacks, int seeds) {

    /** All, as often as is usual. */
    public static final Trials USUAL = new Trials(Optional.empty(), 0);
  }

  /** Follows a measurement. */
  interface Progress {

    /**
     * Tells where it is.
     *
     * @param done steps done
     * @param of steps in all
     * @param step what is being done
     */
    void at(long done, long of, String step);
  }

  /** All there are, in the order of the list. */
  static List<Bench> all() {
    return List.of(
        new MatchingBench(),
        new MemoryBench(),
        new RuntimeBench(),
        new StepsBench(),
        new DurableBench(),
        new TrustBench(),
        new RegistryBench(),
        new PolicyBench(),
        new LlmBench(),
        new NegotiationBench(),
        new StorageBench(),
        new MqttBench(),
        new StartBench(),
        new ScalabilityBench());
  }
}

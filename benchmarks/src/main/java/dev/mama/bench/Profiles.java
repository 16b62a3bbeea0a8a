package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Agents as they are drawn: who each is, what it can do, and how it has behaved so far. The profile
 * of an agent depends on the seed and its number alone, so the first ten of a million are the ten
 * of ten.
 *
 * <p>Immutable.
 *
 * @param seed what all is drawn from
 */
record Profiles(long seed) {

  /**
   * One of them.
   *
   * @param card id, specialty and description
   * @param trust quality of its answers so far, in [0, 1]
   * @param responseTime it has taken to answer
   * @param successRate share of needs it has met, in [0, 1]
   * @param load asks it has not answered yet
   */
  record Profile(
      AgentCard card, double trust, Duration responseTime, double successRate, int load) {}

  private static final long APART =
      0x9E3779B97F4A7C15L; // so that neighbours have nothing in common

  private static final List<String> FIELDS =
      List.of(
          "plumbing",
          "tax law",
          "bicycles",
          "flooring",
          "baking",
          "laptops",
          "tenancy law",
          "fruit trees",
          "guitars",
          "speeches",
          "locks",
          "insurance",
          "dogs",
          "heating",
          "passports",
          "vegetables",
          "phones",
          "stairs",
          "bookkeeping",
          "photography",
          "sewing",
          "French",
          "algebra",
          "chess",
          "first aid",
          "roofs",
          "beekeeping",
          "sailing",
          "pottery",
          "radio");
  private static final List<String> DEEDS =
      List.of(
          "repairs",
          "explains",
          "checks",
          "plans",
          "teaches",
          "restores",
          "values",
          "orders parts for");
  private static final List<String> FOR_WHOM =
      List.of(
          "families",
          "small firms",
          "schools",
          "clubs",
          "tenants",
          "beginners",
          "collectors",
          "neighbours",
          "older people",
          "travellers");
  private static final List<String> HOW =
      List.of(
          "at short notice",
          "on weekends",
          "by telephone",
          "with a second pair of eyes",
          "and writes down what was done",
          "for little money",
          "with thirty years of experience",
          "in three languages",
          "step by step",
          "without obligation");

  /** The one of number {@code i}, from 0. */
  Profile at(int i) {
    var random = new SplittableRandom(seed + APART * (i + 1L));
    String field = pick(FIELDS, random);
    String description =
        "Knows all about %s, %s it for %s and %s, %s."
            .formatted(
                field,
                pick(DEEDS, random),
                pick(FOR_WHOM, random),
                pick(FOR_WHOM, random),
                pick(HOW, random));
    return new Profile(
        new AgentCard(id(i), field, description),
        random.nextDouble(),
        Duration.ofMillis(random.nextLong(50, 5_000)),
        random.nextDouble(0.5, 1),
        random.nextInt(8));
  }

  /** The id of number {@code i}. */
  static AgentId id(int i) {
    return AgentId.of("agent-" + i);
  }

  /** Writes the first {@code count} as lines of a table with a head. */
  void write(Path file, int count) {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write("id,specialty,description,trust,responseMillis,successRate,load\n");
      for (int i = 0; i < count; i++) {
        Profile profile = at(i);
        out.write(
            String.format(
                Locale.ROOT,
                "%s,%s,\"%s\",%.4f,%d,%.4f,%d%n",
                profile.card().agent(),
                profile.card().specialty(),
                profile.card().description(),
                profile.trust(),
                profile.responseTime().toMillis(),
                profile.successRate(),
                profile.load()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("%s cannot be written".formatted(file), e);
    }
  }

  private static String pick(List<String> from, SplittableRandom random) {
    return from.get(random.nextInt(from.size()));
  }
}

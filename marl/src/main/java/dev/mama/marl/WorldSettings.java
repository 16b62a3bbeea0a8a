package dev.mama.marl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a {@link World} is like. Times are in seconds of the world's own clock.
 *
 * <p>Immutable.
 *
 * @param name what it is called in reports
 * @param helpers agents that help, at least 5
 * @param requesters agents that need help
 * @param processes how many processes the requesters are spread over; each knows the unanswered
 *     asks of its own requesters at once, and nothing of the others'
 * @param specialties fields of needs; each helper's card claims one
 * @param needsPerSecond of one requester, on average
 * @param stepSeconds how far the clock goes at a time
 * @param warmUpSteps steps before what is measured
 * @param steps steps that are measured
 * @param serviceSeconds mean time of a helper's work; each helper is up to twice as fast or slow
 * @param timeoutSeconds after which an asker gives up
 * @param failureShare mean share of asks that a helper never answers
 * @param abilityLeast least skill in the field that an honest card claims, in [0, 1]
 * @param abilityMost greatest skill there
 * @param cheatShare share of helpers whose card claims a field they know nothing of
 * @param liarShare share of requesters that say the opposite of what they found
 * @param checkedShare share of answers that an auditor checks
 * @param ratingNoise standard deviation of an honest rating
 * @param fieldSimilarity cosine of a card that claims the need's field
 * @param otherSimilarity cosine of any other card
 * @param similarityNoise standard deviation of both
 * @param changesPerSecond how often a helper's skills are drawn anew, on average
 * @param halfLifeSeconds of evidence in the trust ledger
 * @param latencyCost cost of a second until the answer
 * @param failureCost cost of a missing answer, besides the time
 * @param noneReward what answering oneself is worth
 */
public record WorldSettings(
    String name,
    int helpers,
    int requesters,
    int processes,
    int specialties,
    double needsPerSecond,
    double stepSeconds,
    int warmUpSteps,
    int steps,
    double serviceSeconds,
    double timeoutSeconds,
    double failureShare,
    double abilityLeast,
    double abilityMost,
    double cheatShare,
    double liarShare,
    double checkedShare,
    double ratingNoise,
    double fieldSimilarity,
    double otherSimilarity,
    double similarityNoise,
    double changesPerSecond,
    double halfLifeSeconds,
    double latencyCost,
    double failureCost,
    double noneReward) {

  /** The settings that come with MAMA: two to train in, and one in which a bandit suffices. */
  public static final List<String> NAMES = List.of("stationary", "drifting", "bandit");

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  /**
   * @throws IllegalArgumentException if a setting is out of its range
   */
  public WorldSettings {
    atLeast("helpers", helpers, 5);
    atLeast("requesters", requesters, 1);
    atLeast("processes", processes, 1);
    atLeast("specialties", specialties, 1);
    atLeast("warmUpSteps", warmUpSteps, 0);
    atLeast("steps", steps, 1);
    if (processes > requesters) {
      throw new IllegalArgumentException(
          "processes %d must not be more than requesters %d".formatted(processes, requesters));
    }
    positive("needsPerSecond", needsPerSecond);
    positive("stepSeconds", stepSeconds);
    positive("serviceSeconds", serviceSeconds);
    positive("timeoutSeconds", timeoutSeconds);
    positive("halfLifeSeconds", halfLifeSeconds);
    share("needsPerSecond × stepSeconds", needsPerSecond * stepSeconds);
    share("failureShare", failureShare);
    share("abilityLeast", abilityLeast);
    share("abilityMost", abilityMost);
    share("cheatShare", cheatShare);
    share("liarShare", liarShare);
    share("checkedShare", checkedShare);
    share("fieldSimilarity", fieldSimilarity);
    share("otherSimilarity", otherSimilarity);
    share("ratingNoise", ratingNoise);
    share("similarityNoise", similarityNoise);
    share("changesPerSecond × stepSeconds", changesPerSecond * stepSeconds);
    share("latencyCost", latencyCost);
    share("failureCost", failureCost);
    share("noneReward", noneReward);
    if (abilityLeast > abilityMost) {
      throw new IllegalArgumentException(
          "abilityLeast %s must not be above abilityMost %s".formatted(abilityLeast, abilityMost));
    }
  }

  private static void atLeast(String name, int value, int least) {
    if (value < least || value > 1_000_000) {
      throw new IllegalArgumentException(
          "%s %d must be %d to 1,000,000".formatted(name, value, least));
    }
  }

  private static void positive(String name, double value) {
    if (!(value > 0 && value < 1e9)) {
      throw new IllegalArgumentException("%s %s must be positive".formatted(name, value));
    }
  }

  private static void share(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException("%s %s must be in [0, 1]".formatted(name, value));
    }
  }

  /**
   * Settings that come with MAMA.
   *
   * @throws IllegalArgumentException if there are none of that name
   */
  public static WorldSettings named(String name) {
    try (InputStream json = WorldSettings.class.getResourceAsStream(name + ".json")) {
      if (json == null || !NAMES.contains(name)) {
        throw new IllegalArgumentException(
            "world '%s' is unknown; known are %s, or give a file".formatted(name, NAMES));
      }
      return JSON.readValue(json, WorldSettings.class);
    } catch (IOException e) {
      throw new IllegalStateException("world '%s' of our own cannot be read".formatted(name), e);
    }
  }

  /**
   * Settings from a JSON file that has a value for each component.
   *
   * @throws IllegalArgumentException if it cannot be read, or a value is missing, unknown, or out
   *     of its range
   */
  public static WorldSettings read(Path file) {
    try {
      return JSON.readValue(Files.readAllBytes(file), WorldSettings.class);
    } catch (IOException | JacksonException e) {
      throw new IllegalArgumentException(
          "world file '%s' cannot be used: %s"
              .formatted(file, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }

  /** Settings drawn from {@code seed}, around those of "drifting": nobody has tuned on them. */
  public static WorldSettings drawn(long seed) {
    WorldSettings from = named("drifting");
    var random = new SplittableRandom(seed);
    int helpers = random.nextInt(15, 41);
    int requesters = random.nextInt(12, 41);
    double service = from.serviceSeconds * random.nextDouble(0.6, 1.6);
    double busy = random.nextDouble(0.35, 0.7);
    double needs = Math.min(1 / from.stepSeconds, busy * helpers / service / requesters);
    return new WorldSettings(
        "drawn-" + seed,
        helpers,
        requesters,
        random.nextInt(1, 7),
        random.nextInt(4, 9),
        needs,
        from.stepSeconds,
        from.warmUpSteps,
        from.steps,
        service,
        from.timeoutSeconds * random.nextDouble(0.6, 1.6),
        random.nextDouble(0.0, 0.15),
        from.abilityLeast,
        from.abilityMost,
        random.nextDouble(0.1, 0.4),
        random.nextDouble(0.0, 0.3),
        random.nextDouble(0.05, 0.15),
        from.ratingNoise,
        from.fieldSimilarity,
        from.otherSimilarity,
        random.nextDouble(0.04, 0.1),
        random.nextDouble(0.0, 2 * from.changesPerSecond),
        from.halfLifeSeconds * random.nextDouble(0.6, 1.6),
        from.latencyCost * random.nextDouble(0.6, 1.6),
        from.failureCost * random.nextDouble(0.6, 1.6),
        from.noneReward);
  }
}

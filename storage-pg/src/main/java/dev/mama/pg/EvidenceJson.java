package dev.mama.pg;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Payload;
import dev.mama.Rating;
import dev.mama.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What evidence says, as it stands in column {@code body} of table {@code evidence}.
 *
 * @param said what was witnessed, or what the rater said
 * @param found what a check found, null where nobody checked
 */
record EvidenceJson(RatingJson said, @Nullable RatingJson found) {

  private static final String WITNESSED = "witnessed";
  private static final String CHECKED = "checked";
  private static final String OPINION = "opinion";

  /** A rating; of what was witnessed there is no quality. */
  record RatingJson(
      @Nullable Double quality, boolean answered, long tookNanos, Map<Dimension, Double> others) {

    static RatingJson of(Rating rating) {
      return new RatingJson(
          rating.quality(), rating.answered(), rating.took().toNanos(), rating.others());
    }

    Rating rating() {
      return new Rating(
          Objects.requireNonNull(quality), answered, Duration.ofNanos(tookNanos), others);
    }
  }

  static String basis(Evidence evidence) {
    return switch (evidence) {
      case Evidence.Witnessed e -> WITNESSED;
      case Evidence.Checked e -> CHECKED;
      case Evidence.Opinion e -> OPINION;
    };
  }

  static @Nullable String rater(Evidence evidence) {
    return switch (evidence) {
      case Evidence.Witnessed e -> null;
      case Evidence.Checked e -> e.rater().value();
      case Evidence.Opinion e -> e.rater().value();
    };
  }

  static byte[] write(Evidence evidence) {
    return Payload.of(
            switch (evidence) {
              case Evidence.Witnessed e ->
                  new EvidenceJson(
                      new RatingJson(null, e.answered(), e.took().toNanos(), Map.of()), null);
              case Evidence.Checked e ->
                  new EvidenceJson(RatingJson.of(e.rating()), RatingJson.of(e.found()));
              case Evidence.Opinion e -> new EvidenceJson(RatingJson.of(e.rating()), null);
            })
        .json();
  }

  static Evidence read(
      String basis, AgentId subject, @Nullable String rater, byte[] json, Instant at, Trace trace) {
    var read = Payload.encoded("", json).as(EvidenceJson.class);
    RatingJson said = read.said();
    return switch (basis) {
      case WITNESSED ->
          new Evidence.Witnessed(
              subject, said.answered(), Duration.ofNanos(said.tookNanos()), at, trace);
      case CHECKED ->
          new Evidence.Checked(
              AgentId.of(Objects.requireNonNull(rater)),
              subject,
              said.rating(),
              Objects.requireNonNull(read.found()).rating(),
              at,
              trace);
      case OPINION ->
          new Evidence.Opinion(
              AgentId.of(Objects.requireNonNull(rater)), subject, said.rating(), at, trace);
      default -> throw new IllegalStateException("evidence of basis '%s'".formatted(basis));
    };
  }
}

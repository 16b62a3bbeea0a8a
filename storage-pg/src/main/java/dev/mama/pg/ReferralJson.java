package dev.mama.pg;

import dev.mama.AgentId;
import dev.mama.Candidate;
import dev.mama.Decision;
import dev.mama.Need;
import dev.mama.Payload;
import dev.mama.Referral;
import dev.mama.Standing;
import dev.mama.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A referral as it stands in column {@code body} of table {@code decisions}; policy and propensity
 * stand in columns of their own.
 *
 * @param choice position of the chosen candidate, null for none
 * @param state the floats that the policy saw
 */
record ReferralJson(
    String need,
    List<CandidateJson> candidates,
    @Nullable Integer choice,
    List<Double> scores,
    List<Float> state,
    long encodeNanos,
    long scanNanos,
    long decideNanos) {

  /** A candidate and its standing, flat. */
  record CandidateJson(
      String agent,
      double similarity,
      int load,
      double trust,
      double evidence,
      double lowerBound,
      double successRate,
      double responseMillis) {

    static CandidateJson of(Candidate candidate) {
      Standing standing = candidate.standing();
      return new CandidateJson(
          candidate.agent().value(),
          candidate.similarity(),
          candidate.load(),
          standing.trust(),
          standing.evidence(),
          standing.lowerBound(),
          standing.successRate(),
          standing.responseMillis());
    }

    Candidate candidate() {
      return new Candidate(
          AgentId.of(agent),
          similarity,
          new Standing(trust, evidence, lowerBound, successRate, responseMillis),
          load);
    }
  }

  static byte[] write(Referral referral) {
    OptionalInt choice = referral.decision().choice();
    return Payload.of(
            new ReferralJson(
                referral.need().text(),
                referral.candidates().stream().map(CandidateJson::of).toList(),
                choice.isPresent() ? choice.getAsInt() : null,
                referral.decision().scores(),
                floats(referral.state()),
                referral.timings().encode().toNanos(),
                referral.timings().scan().toNanos(),
                referral.timings().decide().toNanos()))
        .json();
  }

  static Referral read(byte[] json, String policy, double propensity) {
    var read = Payload.encoded("", json).as(ReferralJson.class);
    Integer choice = read.choice();
    return new Referral(
        new Need(read.need()),
        read.candidates().stream().map(CandidateJson::candidate).toList(),
        new State(array(read.state()), read.candidates().size()),
        new Decision(
            choice == null ? OptionalInt.empty() : OptionalInt.of(choice),
            read.scores(),
            propensity,
            policy),
        new Referral.Timings(
            Duration.ofNanos(read.encodeNanos()),
            Duration.ofNanos(read.scanNanos()),
            Duration.ofNanos(read.decideNanos())));
  }

  private static List<Float> floats(State state) {
    List<Float> floats = new ArrayList<>();
    for (float value : state.toArray()) {
      floats.add(value);
    }
    return floats;
  }

  private static float[] array(List<Float> floats) {
    float[] array = new float[floats.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = floats.get(i);
    }
    return array;
  }
}

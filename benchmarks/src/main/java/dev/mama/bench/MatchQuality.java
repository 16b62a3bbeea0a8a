package dev.mama.bench;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.examples.Cards;
import dev.mama.examples.Expertise;
import dev.mama.examples.Needs;
import dev.mama.examples.Needs.LabelledNeed;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.spi.AgentIndex.Match;
import dev.mama.spi.SentenceEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * Are those who are found the right ones? The demo's 100 cards and its labelled needs: an agent is
 * right if it has the need's specialty. The same once more at each reduced precision, and with
 * hybrid scores of similarity, trust and history, judged by the skill of who is first.
 */
final class MatchQuality {

  private static final int K = 5;
  private static final int POOL = 20;
  private static final int RESAMPLES = 2_000;

  /** Interactions behind each agent's trust, and as many others behind its history. */
  private static final int INTERACTIONS = 20;

  /**
   * The MAMA report's weighted score, as in {@code bench policy}; SelectionScore by the weights
   * that the published MAMA_Project falls back to ({@code marl_system.py}, its equation 10); and
   * our default policy's, without response time and load.
   */
  private static final List<Hybrid> HYBRIDS =
      List.of(
          new Hybrid("quality.hybrid", 0.4, 0.3, 0.3),
          new Hybrid("quality.hybrid.published", 0.6, 0.25, 0.15),
          new Hybrid("quality.hybrid.policy", 4, 2, 0.5));

  private MatchQuality() {}

  /** What an agent has earned: trust in it, and how many of its answers were right. */
  private record Earned(double trust, double history) {}

  /** A weighted score. */
  private record Hybrid(String name, double similarity, double trust, double history) {

    double score(Match match, Map<AgentId, Earned> earned) {
      Earned its = earned.getOrDefault(match.agent(), new Earned(0.5, 0.5));
      return similarity * match.similarity() + trust * its.trust() + history * its.history();
    }

    List<Match> sorted(List<Match> matches, Map<AgentId, Earned> earned) {
      return matches.stream()
          .sorted(Comparator.comparingDouble((Match match) -> -score(match, earned)))
          .toList();
    }
  }

  private record Outcome(double at1, double at5, double reciprocal, double ndcg, double skill) {}

  /**
   * Measures.
   *
   * @param reduced the other encoders, by precision
   */
  static List<Figure> run(SentenceEncoder fp32, Map<String, SentenceEncoder> reduced, long seed)
      throws InterruptedException {
    List<AgentCard> cards = Cards.builtIn();
    List<LabelledNeed> needs =
        Needs.builtIn().stream().filter(need -> need.specialty().isPresent()).toList();
    Map<AgentId, Expertise> expertise = Expertise.draw(cards, seed);
    Map<AgentId, Earned> earned = earned(expertise, seed);
    Read read = Read.by(fp32, cards, needs);
    List<List<Match>> exact = read.search(cards);
    var figures = new ArrayList<Figure>();
    figures.addAll(figures("quality", outcomes(exact, cards, needs, expertise)));
    for (Hybrid hybrid : HYBRIDS) {
      List<List<Match>> sorted =
          exact.stream().map(matches -> hybrid.sorted(matches, earned)).toList();
      figures.addAll(figures(hybrid.name(), outcomes(sorted, cards, needs, expertise)));
    }
    for (Map.Entry<String, SentenceEncoder> each : reduced.entrySet()) {
      String name = "quality." + each.getKey();
      Read again = Read.by(each.getValue(), cards, needs);
      List<List<Match>> rough = again.search(cards);
      figures.addAll(figures(name, outcomes(rough, cards, needs, expertise)));
      figures.addAll(cost(name, read.needs(), again.needs(), exact, rough));
    }
    return figures;
  }

  /**
   * What is known after some interactions, drawn by skill: those that were checked are the trust
   * (the mean of the Beta distribution), others the history.
   */
  private static Map<AgentId, Earned> earned(Map<AgentId, Expertise> expertise, long seed) {
    var random = new SplittableRandom(seed);
    var earned = new HashMap<AgentId, Earned>();
    expertise.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(each -> {
          double skill = each.getValue().skill();
          double trust = (successes(random, skill) + 1.0) / (INTERACTIONS + 2);
          double history = (double) successes(random, skill) / INTERACTIONS;
          earned.put(each.getKey(), new Earned(trust, history));
        });
    return earned;
  }

  private static int successes(SplittableRandom random, double skill) {
    int good = 0;
    for (int i = 0; i < INTERACTIONS; i++) {
      good += random.nextDouble() < skill ? 1 : 0;
    }
    return good;
  }

  /** The vectors of cards and needs. */
  private record Read(List<float[]> cards, List<float[]> needs) {

    static Read by(SentenceEncoder encoder, List<AgentCard> cards, List<LabelledNeed> needs)
        throws InterruptedException {
      return new Read(
          List.of(encoder.encode(cards.stream().map(AgentCard::description).toList())),
          List.of(encoder.encode(needs.stream().map(need -> need.need().text()).toList())));
    }

    List<List<Match>> search(List<AgentCard> all) {
      var index = new ExactAgentIndex(needs.getFirst().length);
      for (int i = 0; i < cards.size(); i++) {
        index.put(all.get(i).agent(), cards.get(i));
      }
      return needs.stream().map(need -> index.topK(need, POOL)).toList();
    }
  }

  private static List<Outcome> outcomes(
      List<List<Match>> found,
      List<AgentCard> cards,
      List<LabelledNeed> needs,
      Map<AgentId, Expertise> expertise) {
    var specialty = new HashMap<AgentId, String>();
    cards.forEach(card -> specialty.put(card.agent(), card.specialty()));
    var outcomes = new ArrayList<Outcome>();
    for (int i = 0; i < needs.size(); i++) {
      String wanted = needs.get(i).specialty().orElseThrow();
      long right = cards.stream().filter(card -> card.specialty().equals(wanted)).count();
      List<Match> matches = found.get(i);
      int first = Integer.MAX_VALUE;
      double gain = 0;
      double best = 0;
      for (int rank = 0; rank < matches.size(); rank++) {
        boolean isRight = wanted.equals(specialty.get(matches.get(rank).agent()));
        first = isRight ? Math.min(first, rank) : first;
        if (rank < K) {
          gain += isRight ? 1 / log2(rank + 2) : 0;
          best += rank < right ? 1 / log2(rank + 2) : 0;
        }
      }
      AgentId chosen = matches.getFirst().agent();
      Expertise its = expertise.get(chosen);
      outcomes.add(
          new Outcome(
              first == 0 ? 1 : 0,
              first < K ? 1 : 0,
              first == Integer.MAX_VALUE ? 0 : 1.0 / (first + 1),
              best == 0 ? 0 : gain / best,
              first == 0 && its != null ? its.skill() : 0));
    }
    return outcomes;
  }

  private static double log2(double value) {
    return Math.log(value) / Math.log(2);
  }

  private static List<Figure> figures(String name, List<Outcome> outcomes) {
    return List.of(
        mean(name + ".accuracy-at-1", outcomes, Outcome::at1),
        mean(name + ".accuracy-at-5", outcomes, Outcome::at5),
        mean(name + ".mrr", outcomes, Outcome::reciprocal),
        mean(name + ".ndcg-at-5", outcomes, Outcome::ndcg),
        mean(name + ".first-skill", outcomes, Outcome::skill));
  }

  /** The mean over the needs with its 95 % percentile bootstrap interval. */
  private static Figure mean(String name, List<Outcome> outcomes, ToDoubleFunction<Outcome> value) {
    double[] values = outcomes.stream().mapToDouble(value).toArray();
    var random = new SplittableRandom(values.length);
    double[] means = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      for (int i = 0; i < values.length; i++) {
        means[r] += values[random.nextInt(values.length)] / values.length;
      }
    }
    Arrays.sort(means);
    return Figure.of(name, Arrays.stream(values).average().orElse(0), "share", values.length)
        .interval(means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40]);
  }

  /** How far its vectors are from those at fp32, and how many of the best five are the same. */
  private static List<Figure> cost(
      String name,
      List<float[]> a,
      List<float[]> b,
      List<List<Match>> exact,
      List<List<Match>> rough) {
    double sum = 0;
    double least = 1;
    double shared = 0;
    for (int i = 0; i < a.size(); i++) {
      double cosine = 0;
      for (int d = 0; d < a.get(i).length; d++) {
        cosine += (double) a.get(i)[d] * b.get(i)[d];
      }
      sum += cosine / a.size();
      least = Math.min(least, cosine);
      List<AgentId> five = exact.get(i).stream().limit(K).map(Match::agent).toList();
      shared +=
          rough.get(i).stream().limit(K).map(Match::agent).filter(five::contains).count()
              / (double) (K * a.size());
    }
    return List.of(
        Figure.of(name + ".cosine.mean", sum, "ratio", a.size()).atLeast(0.99),
        Figure.of(name + ".cosine.least", least, "ratio", a.size()),
        Figure.of(name + ".overlap-at-5", shared, "share", a.size()));
  }
}

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
 * right if it has the need's specialty. The same once more at each reduced precision, and with a
 * hybrid score of similarity and trust, judged by the skill of who is first.
 */
final class MatchQuality {

  private static final int K = 5;
  private static final int POOL = 20;
  private static final int RESAMPLES = 2_000;

  /** Interactions behind each agent's trust in the hybrid. */
  private static final int EVIDENCE = 20;

  /** The default policy's weights of similarity, trust and success. */
  private static final double[] WEIGHTS = {4, 2, 0.5};

  private MatchQuality() {}

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
    Map<AgentId, Double> trust = trust(expertise, seed);
    List<List<Match>> exact = search(fp32, cards, needs);
    var figures = new ArrayList<Figure>();
    figures.addAll(figures("quality", outcomes(exact, cards, needs, expertise)));
    List<List<Match>> hybrid =
        exact.stream()
            .map(matches ->
                matches.stream()
                    .sorted(Comparator.comparingDouble((Match match) -> -score(match, trust)))
                    .toList())
            .toList();
    figures.addAll(figures("quality.hybrid", outcomes(hybrid, cards, needs, expertise)));
    for (Map.Entry<String, SentenceEncoder> each : reduced.entrySet()) {
      String name = "quality." + each.getKey();
      List<List<Match>> rough = search(each.getValue(), cards, needs);
      figures.addAll(figures(name, outcomes(rough, cards, needs, expertise)));
      figures.addAll(cost(name, fp32, each.getValue(), exact, rough, needs));
    }
    return figures;
  }

  private static double score(Match match, Map<AgentId, Double> trust) {
    double earned = trust.getOrDefault(match.agent(), 0.5);
    return WEIGHTS[0] * match.similarity() + (WEIGHTS[1] + WEIGHTS[2]) * earned;
  }

  /** What checked evidence would say: successes of a few interactions, drawn by skill. */
  private static Map<AgentId, Double> trust(Map<AgentId, Expertise> expertise, long seed) {
    var random = new SplittableRandom(seed);
    var trust = new HashMap<AgentId, Double>();
    expertise.keySet().stream()
        .sorted()
        .forEach(agent -> {
          Expertise its = expertise.get(agent);
          int good = 0;
          for (int i = 0; i < EVIDENCE && its != null; i++) {
            good += random.nextDouble() < its.skill() ? 1 : 0;
          }
          trust.put(agent, (good + 1.0) / (EVIDENCE + 2));
        });
    return trust;
  }

  private static List<List<Match>> search(
      SentenceEncoder encoder, List<AgentCard> cards, List<LabelledNeed> needs)
      throws InterruptedException {
    var index = new ExactAgentIndex(encoder.dimension());
    float[][] vectors = encoder.encode(cards.stream().map(AgentCard::description).toList());
    for (int i = 0; i < vectors.length; i++) {
      index.put(cards.get(i).agent(), vectors[i]);
    }
    float[][] queries = encoder.encode(needs.stream().map(need -> need.need().text()).toList());
    return Arrays.stream(queries).map(query -> index.topK(query, POOL)).toList();
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
      SentenceEncoder fp32,
      SentenceEncoder reduced,
      List<List<Match>> exact,
      List<List<Match>> rough,
      List<LabelledNeed> needs)
      throws InterruptedException {
    List<String> texts = needs.stream().map(need -> need.need().text()).toList();
    float[][] a = fp32.encode(texts);
    float[][] b = reduced.encode(texts);
    double sum = 0;
    double least = 1;
    double shared = 0;
    for (int i = 0; i < a.length; i++) {
      double cosine = 0;
      for (int d = 0; d < a[i].length; d++) {
        cosine += (double) a[i][d] * b[i][d];
      }
      sum += cosine / a.length;
      least = Math.min(least, cosine);
      List<AgentId> five = exact.get(i).stream().limit(K).map(Match::agent).toList();
      shared +=
          rough.get(i).stream().limit(K).map(Match::agent).filter(five::contains).count()
              / (double) (K * a.length);
    }
    return List.of(
        Figure.of(name + ".cosine.mean", sum, "ratio", a.length).atLeast(0.99),
        Figure.of(name + ".cosine.least", least, "ratio", a.length),
        Figure.of(name + ".overlap-at-5", shared, "share", a.length));
  }
}

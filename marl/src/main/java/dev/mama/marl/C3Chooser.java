package dev.mama.marl;

import java.util.HashMap;
import java.util.Map;

/** C3 in one run: each process keeps moving means of each helper, as each client of C3 does. */
final class C3Chooser implements Chooser {

  private static final double NEWEST = 0.3;

  private final Map<Integer, Map<Integer, Means>> processes = new HashMap<>();

  private static final class Means {
    double response;
    double service;
    double queue;
    boolean known;

    void add(Ask ask) {
      double newest = known ? NEWEST : 1;
      known = true;
      response += newest * (ask.took() - response);
      service += newest * (ask.service() - service);
      queue += newest * (ask.waited() / Math.max(1e-3, ask.service()) - queue);
    }
  }

  @Override
  public int choose(Situation situation) {
    Map<Integer, Means> known = processes.getOrDefault(situation.process(), Map.of());
    int clients = Math.max(1, processes.size());
    return References.best(
        situation,
        i -> {
          Means means = known.get(situation.helper(i));
          if (means == null) {
            return 0; // nobody is better than unknown: it is tried
          }
          double queue = 1 + situation.candidates().get(i).load() * clients + means.queue;
          return -(means.response - means.service + queue * queue * queue * means.service);
        });
  }

  @Override
  public void learn(Ask ask) {
    if (ask.helper() >= 0) {
      processes
          .computeIfAbsent(ask.process(), process -> new HashMap<>())
          .computeIfAbsent(ask.helper(), helper -> new Means())
          .add(ask);
    }
  }
}

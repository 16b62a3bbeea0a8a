package dev.mama.marl;

import java.util.ArrayList;
import java.util.List;

/** What asks are worth: to their requesters, and what they cost the others. */
final class Rewards {

  private Rewards() {}

  /** The requester's own reward. */
  static double of(WorldSettings settings, boolean answered, double quality, double took) {
    return answered
        ? quality - settings.latencyCost() * took
        : -settings.failureCost() - settings.latencyCost() * took;
  }

  /**
   * What each ask took from the others by standing in their way: what they would have got more
   * without it, all other choices as they were. That is the difference reward of D. Wolpert and K.
   * Tumer (Optimal Payoff Functions for Members of Collectives, 2001), of a queue: without the ask,
   * whoever waits behind it begins earlier by what it took, or by its whole wait if that is less.
   */
  static double[] delaysCaused(WorldSettings settings, List<Ask> asks) {
    var byHelper = new ArrayList<List<Ask>>();
    for (int i = 0; i < settings.helpers(); i++) {
      byHelper.add(new ArrayList<>());
    }
    for (Ask ask : asks) {
      if (ask.helper() >= 0) {
        byHelper.get(ask.helper()).add(ask);
      }
    }
    double[] caused = new double[asks.size()];
    for (List<Ask> line : byHelper) {
      for (int i = 0; i < line.size(); i++) {
        double earlier = line.get(i).service();
        for (int behind = i + 1; behind < line.size(); behind++) {
          Ask ask = line.get(behind);
          earlier = Math.min(earlier, ask.waited());
          if (earlier <= 0) {
            break;
          }
          caused[line.get(i).number()] += earlier(settings, ask, earlier) - ask.reward();
        }
      }
    }
    return caused;
  }

  /** What {@code ask} would have got had it begun {@code seconds} earlier. */
  private static double earlier(WorldSettings settings, Ask ask, double seconds) {
    double latency = ask.waited() + ask.service() - seconds;
    boolean answered = !ask.broken() && latency <= settings.timeoutSeconds();
    return of(settings, answered, ask.quality(), answered ? latency : settings.timeoutSeconds());
  }
}

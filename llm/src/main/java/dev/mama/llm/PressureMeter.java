package dev.mama.llm;

import dev.mama.Pressure;
import java.util.List;

/**
 * Derives the pressure from the line before the first model that is not left alone, from the time
 * it takes under the limit of the moment, and from the breakers. It is looked at with each call and
 * each reading.
 *
 * <p>Thread-safe; never waits.
 */
final class PressureMeter {

  private static final double LEAVE = 0.6;

  private final List<ModelWays> models;
  private final PressureOptions options;
  private Pressure level = Pressure.NORMAL;

  PressureMeter(List<ModelWays> models, PressureOptions options) {
    this.models = List.copyOf(models);
    this.options = options;
  }

  /** The pressure of now. */
  Pressure now() {
    Pressure next = Pressure.RECORD_ONLY;
    for (ModelWays model : models) {
      if (!model.isLeftAlone()) {
        next = of(model.load(), model != models.getFirst());
        break;
      }
    }
    synchronized (this) {
      level = next;
      return next;
    }
  }

  private Pressure of(Admission.Load load, boolean firstIsAway) {
    Pressure before = level();
    if (load.share() >= options.essentialShare() * factor(before, Pressure.ESSENTIAL)) {
      return Pressure.ESSENTIAL;
    }
    double slow = factor(before, Pressure.SLOW);
    boolean isSlow =
        firstIsAway
            || load.share() >= options.slowShare() * slow
            || load.delay().toNanos() >= options.slowWait().toNanos() * slow;
    return isSlow ? Pressure.SLOW : Pressure.NORMAL;
  }

  private synchronized Pressure level() {
    return level;
  }

  /** A breaker's rest says nothing of the line, so RECORD_ONLY is left without hysteresis. */
  private static double factor(Pressure before, Pressure of) {
    return before != Pressure.RECORD_ONLY && before.compareTo(of) >= 0 ? LEAVE : 1;
  }
}

package dev.mama.runtime;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Timer;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a group measures of its turns. Times, depths and observations are taken of one turn in
 * {@value #EVERY}, because taking them costs as much as a short turn; all turns are counted. No
 * meter has a tag per agent.
 */
final class TurnMeters {

  static final int EVERY = 64;

  final Counter failed;
  final Counter expired;
  final Counter restarted;
  final Counter overdue;

  private final GroupOptions options;
  private final ObservationRegistry observations;
  private final Timer waiting;
  private final Timer handling;
  private final DistributionSummary depth;

  TurnMeters(GroupOptions options, Outstanding outstanding, Dispatcher dispatcher) {
    this.options = options;
    this.observations = options.observations();
    var meters = options.meters();
    waiting =
        Timer.builder("mama.mailbox.wait")
            .description("from acceptance to the turn, of one message in %d".formatted(EVERY))
            .publishPercentiles(0.5, 0.95, 0.99)
            .register(meters);
    handling =
        Timer.builder("mama.turn.time")
            .description("time to handle a message, of one turn in %d".formatted(EVERY))
            .publishPercentiles(0.5, 0.95, 0.99)
            .register(meters);
    depth =
        DistributionSummary.builder("mama.mailbox.depth")
            .description(
                "messages an agent had at a turn's begin, of one turn in %d".formatted(EVERY))
            .publishPercentiles(0.5, 0.95, 0.99)
            .register(meters);
    failed = meters.counter("mama.turns.failed");
    expired = meters.counter("mama.turns.expired");
    restarted = meters.counter("mama.agents.restarted");
    overdue = meters.counter("mama.turns.overdue");
    meters.more().counter("mama.turns", List.of(), outstanding, Outstanding::finished);
    meters.more().counter("mama.messages.sent", List.of(), outstanding, Outstanding::sent);
    meters.gauge("mama.messages.unfinished", List.of(), outstanding, Outstanding::count);
    meters.gauge("mama.turns.running", List.of(), dispatcher, Dispatcher::running);
    meters.gauge("mama.turns.waiting", List.of(), dispatcher, Dispatcher::waiting);
  }

  /** A measured turn. */
  final class Sample implements AutoCloseable {
    private final long start = options.time().nanos();
    private final Observation observation;
    private final Observation.Scope scope;

    private Sample(Cell cell, Letter letter) {
      observation =
          observations.isNoop()
              ? Observation.NOOP
              : Observation.createNotStarted("mama.turn", observations)
                  .lowCardinalityKeyValue("agent.type", cell.type())
                  .highCardinalityKeyValue("agent.id", cell.id.value())
                  .highCardinalityKeyValue("mama.trace", letter.message().trace().traceId())
                  .start();
      scope = observation.openScope();
    }

    void failed(Throwable cause) {
      observation.error(cause);
    }

    @Override
    public void close() {
      scope.close();
      observation.stop();
      handling.record(options.time().nanos() - start, TimeUnit.NANOSECONDS);
    }
  }

  /** The turn of {@code cell} on {@code letter} begins, and both are to be measured. */
  Sample begin(Cell cell, Letter letter) {
    waiting.record(options.time().nanos() - letter.acceptedNanos(), TimeUnit.NANOSECONDS);
    depth.record(cell.size());
    return new Sample(cell, letter);
  }
}

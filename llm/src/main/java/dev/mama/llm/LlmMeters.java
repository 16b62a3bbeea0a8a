package dev.mama.llm;

import static java.util.Objects.requireNonNull;

import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.Pressure;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * The pipeline's metrics, all registered at the start; the guide lists them. Tags are models,
 * servers and outcomes, never agents.
 *
 * <p>Thread-safe.
 */
final class LlmMeters implements AutoCloseable {

  private final MeterRegistry registry;
  private final List<Meter> gauges = new ArrayList<>();
  private final Timer answered;
  private final Map<Reason, Timer> failed = new EnumMap<>(Reason.class);
  private final Map<ChatReply.Source, Counter> sources = new EnumMap<>(ChatReply.Source.class);
  private final Map<Step, Counter> steps = new EnumMap<>(Step.class);
  private final Counter softLimit;

  /** A step of the ladder of degradation. */
  enum Step {
    CHEAPER,
    STALE,
    SKIPPED,
    RECORDED
  }

  LlmMeters(MeterRegistry registry) {
    this.registry = registry;
    this.answered = registry.timer("mama.llm.calls", "outcome", "answered");
    for (Reason reason : Reason.values()) {
      failed.put(reason, registry.timer("mama.llm.calls", "outcome", word(reason)));
    }
    for (var source : ChatReply.Source.values()) {
      sources.put(source, registry.counter("mama.llm.answers", "source", word(source)));
    }
    for (Step step : Step.values()) {
      steps.put(step, registry.counter("mama.llm.degraded", "step", word(step)));
    }
    this.softLimit = registry.counter("mama.llm.budget.soft");
  }

  void answered(ChatReply.Source source, Duration took) {
    answered.record(took.toNanos(), TimeUnit.NANOSECONDS);
    requireNonNull(sources.get(source)).increment();
  }

  void failed(Reason reason, Duration took) {
    requireNonNull(failed.get(reason)).record(took.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** A call took a step down the ladder. */
  void degraded(Step step) {
    requireNonNull(steps.get(step)).increment();
  }

  /** How hard pressed the models are. */
  void pressure(Supplier<Pressure> now) {
    gauges.add(
        Gauge.builder("mama.llm.pressure", () -> now.get().level())
            .strongReference(true)
            .register(registry));
  }

  void softLimitReached() {
    softLimit.increment();
  }

  /** The gauges go; what was counted stays with the registry. */
  @Override
  public void close() {
    gauges.forEach(registry::remove);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }

  /** The metrics of one model. */
  final class Lane {
    private final String[] tags;
    private final Timer admission;
    private final Timer pace;
    private final Timer wire;
    private final Timer first;
    private final Counter retries;
    private final Counter promptTokens;
    private final Counter completionTokens;
    private final Counter cost;
    private final Counter cut;
    private final Map<Reason, Counter> failures = new EnumMap<>(Reason.class);
    private final Map<Reason, Counter> passedOver = new EnumMap<>(Reason.class);

    Lane(String model, String server, int way) {
      tags = new String[] {"model", model, "server", server, "way", Integer.toString(way)};
      admission = registry.timer("mama.llm.admission.wait", tags);
      pace = registry.timer("mama.llm.pace.wait", tags);
      wire = registry.timer("mama.llm.wire", tags);
      first = registry.timer("mama.llm.first", tags);
      retries = registry.counter("mama.llm.retries", tags);
      promptTokens = registry.counter("mama.llm.tokens", with("kind", "prompt"));
      completionTokens = registry.counter("mama.llm.tokens", with("kind", "completion"));
      cost = registry.counter("mama.llm.cost", tags);
      cut = registry.counter("mama.llm.prompt.cut", tags);
      for (Reason reason : Reason.values()) {
        failures.put(reason, registry.counter("mama.llm.failures", with("reason", word(reason))));
        passedOver.put(reason, registry.counter("mama.llm.next", with("reason", word(reason))));
      }
    }

    void gauge(String name, Supplier<Number> value) {
      gauges.add(Gauge.builder(name, value).tags(tags).strongReference(true).register(registry));
    }

    void admittedAfter(Duration wait) {
      admission.record(wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    void pacedAfter(Duration wait) {
      pace.record(wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    void answered(ChatReply reply, double price) {
      wire.record(reply.onWire().toNanos(), TimeUnit.NANOSECONDS);
      promptTokens.increment(reply.promptTokens());
      completionTokens.increment(reply.completionTokens());
      cost.increment(price);
    }

    /** A streamed answer had its first token after {@code wait} on the wire. */
    void began(Duration wait) {
      first.record(wait.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** One attempt failed. */
    void failed(Reason reason) {
      requireNonNull(failures.get(reason)).increment();
    }

    /** It is asked again. */
    void retried() {
      retries.increment();
    }

    /** So many messages did not fit. */
    void cut(int messages) {
      cut.increment(messages);
    }

    /** The next model is asked instead. */
    void passedOver(Reason reason) {
      requireNonNull(passedOver.get(reason)).increment();
    }

    private String[] with(String key, String value) {
      String[] all = Arrays.copyOf(tags, tags.length + 2);
      all[tags.length] = key;
      all[tags.length + 1] = value;
      return all;
    }
  }
}

package dev.mama.runtime;

import dev.mama.AgentId;
import dev.mama.ExperimentId;
import dev.mama.Pressure;
import dev.mama.Time;
import dev.mama.journal.Journal;
import dev.mama.spi.ChatModel;
import dev.mama.spi.EventLog;
import dev.mama.spi.Machine;
import dev.mama.spi.Transport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Describes a group; every option has a default.
 *
 * <p>Not thread-safe.
 */
public final class AgentGroupBuilder {

  private final ExperimentId experiment;
  private String name = "group";
  private @Nullable Transport transport;
  private @Nullable ChatModel chatModel;
  private @Nullable EventLog eventLog;
  private @Nullable Assistance assistance;
  private @Nullable Durability durability;
  private Function<Path, Journal> journals = AgentStore::open;
  private @Nullable MeterRegistry meters;
  private ObservationRegistry observations = ObservationRegistry.NOOP;
  private Routing routing = Routing.LOCAL_FIRST;
  private int mailboxCapacity = 256;
  private int waitingTurns = 100_000;
  private long overflowBytes = 16L << 20;
  private Duration sendTimeout = Duration.ofSeconds(10);
  private Duration gapLimit = Duration.ofSeconds(5);
  private Duration drainTimeout = Duration.ofSeconds(10);
  private BiConsumer<AgentId, Throwable> escalation =
      (agent, cause) -> AgentGroup.LOG.error("agent '{}' was stopped: {}", agent, cause.toString());
  private Consumer<Pressure> onPressure = pressure -> {};
  private long seed = 42;
  private final Map<String, WarmUpStep> warming = new LinkedHashMap<>();
  private Time time = Time.system();
  private Machine machine = RealMachine.INSTANCE;

  AgentGroupBuilder(ExperimentId experiment) {
    this.experiment = experiment;
  }

  /** A name for threads, logs and errors; {@code group} by default. */
  public AgentGroupBuilder name(String name) {
    this.name = name;
    return this;
  }

  /** What reaches agents elsewhere; without one, there are only the agents of this group. */
  public AgentGroupBuilder transport(Transport transport) {
    this.transport = transport;
    return this;
  }

  /** What {@code context.chat} asks. */
  public AgentGroupBuilder chatModel(ChatModel chatModel) {
    this.chatModel = chatModel;
    return this;
  }

  /**
   * Told when the chat model's pressure has changed, within the time between two checks of the
   * group, on its timer's thread: it must not wait. The log is told in any case.
   */
  public AgentGroupBuilder onPressure(Consumer<Pressure> listener) {
    this.onPressure = listener;
    return this;
  }

  /** What keeps agents, states, messages and errors; without one they are not kept. */
  public AgentGroupBuilder eventLog(EventLog eventLog) {
    this.eventLog = eventLog;
    return this;
  }

  /** What {@code context.findHelp} asks. */
  public AgentGroupBuilder assistance(Assistance assistance) {
    this.assistance = assistance;
    return this;
  }

  /**
   * Where durable agents are kept, and how safely; without it there are none. What an earlier run
   * has left there is taken up by {@link AgentGroup#resume}.
   */
  public AgentGroupBuilder durable(Durability durability) {
    this.durability = durability;
    return this;
  }

  /** How the journal of durable agents is opened; for tests of a failing disk. */
  AgentGroupBuilder journals(Function<Path, Journal> opening) {
    this.journals = opening;
    return this;
  }

  /** Where the group's meters go; by default a registry of the group's own. */
  public AgentGroupBuilder meters(MeterRegistry meters) {
    this.meters = meters;
    return this;
  }

  /**
   * What observes turns, for tracing; nothing by default. One turn in 64 is observed, as {@code
   * mama.turn}.
   */
  public AgentGroupBuilder observations(ObservationRegistry observations) {
    this.observations = observations;
    return this;
  }

  /** How agents of this group reach each other; {@link Routing#LOCAL_FIRST} by default. */
  public AgentGroupBuilder routing(Routing routing) {
    this.routing = routing;
    return this;
  }

  /** Messages that wait for one agent at most; 256 by default, 1 to 1,000,000. */
  public AgentGroupBuilder mailboxCapacity(int mailboxCapacity) {
    this.mailboxCapacity = mailboxCapacity;
    return this;
  }

  /**
   * Turns that wait at most, for answers, models, room; 100,000 by default, 1 to 10,000,000. A turn
   * beyond them gets a {@link dev.mama.TooManyTurnsException} from what it would wait for.
   */
  public AgentGroupBuilder waitingTurns(int waitingTurns) {
    this.waitingTurns = waitingTurns;
    return this;
  }

  /**
   * Bytes of messages from a transport that wait in all for full mailboxes; 16 MiB by default, 0 to
   * 1 TiB. What does not fit is refused to its sender, who then holds back.
   */
  public AgentGroupBuilder overflowBytes(long overflowBytes) {
    this.overflowBytes = overflowBytes;
    return this;
  }

  /** How long a send waits for a full mailbox; 10 s by default. */
  public AgentGroupBuilder sendTimeout(Duration sendTimeout) {
    this.sendTimeout = sendTimeout;
    return this;
  }

  /**
   * How long messages from a transport wait for one that should have come before them; 5 s by
   * default.
   */
  public AgentGroupBuilder gapLimit(Duration gapLimit) {
    this.gapLimit = gapLimit;
    return this;
  }

  /** How long {@link AgentGroup#close} lets the agents finish; 10 s by default. */
  public AgentGroupBuilder drainTimeout(Duration drainTimeout) {
    this.drainTimeout = drainTimeout;
    return this;
  }

  /**
   * Who is told, on a thread of its own, of an agent that was stopped because its type escalates;
   * by default the error log.
   */
  public AgentGroupBuilder escalation(BiConsumer<AgentId, Throwable> escalation) {
    this.escalation = escalation;
    return this;
  }

  /**
   * Has {@link AgentGroup#warmUp} do {@code step} too, after what it does itself: {@code llm}
   * ({@link ChatModel#warmUp}, which throws where the model's server cannot be reached), {@code
   * encoder} (a need is encoded, searched for and decided upon, and then forgotten) and {@code
   * agent} (turns in a group that ends with them). Nothing of that is sent or recorded, and no
   * model is asked.
   *
   * @param part what it is called in the timer {@code mama.start.<part>}, such as {@code memory}: 1
   *     to 32 characters of a-z 0-9 -, the first a letter
   * @throws IllegalArgumentException if the part has no such name, or is there already
   */
  public AgentGroupBuilder warming(String part, WarmUpStep step) {
    if (!part.matches("[a-z][a-z0-9-]{0,31}")) {
      throw new IllegalArgumentException(
          "part '%s' must be 1 to 32 characters of a-z 0-9 -, the first a letter".formatted(part));
    }
    if (WarmUp.OWN.contains(part) || warming.putIfAbsent(part, step) != null) {
      throw new IllegalArgumentException(
          "part '%s' is warmed already; give it another name".formatted(part));
    }
    return this;
  }

  /** What all of the agents' random numbers are split from; 42 by default. */
  public AgentGroupBuilder seed(long seed) {
    this.seed = seed;
    return this;
  }

  /** Where the group takes its time from; the machine's clocks by default. */
  public AgentGroupBuilder time(Time time) {
    this.time = time;
    return this;
  }

  /**
   * What the group runs on, and takes its time from; for test kits. The real machine by default.
   */
  public AgentGroupBuilder machine(Machine machine) {
    this.machine = machine;
    return time(machine.time());
  }

  /**
   * The group, open, without agents.
   *
   * @throws IllegalArgumentException if an option is out of its range, or routing over a broker has
   *     no transport
   * @throws dev.mama.StorageException if the folder of durable agents is in use, damaged, of
   *     another experiment or of another release; it is left as it is
   */
  public AgentGroup build() {
    return new AgentGroup(options());
  }

  /** The options, checked. */
  GroupOptions options() {
    if (mailboxCapacity < 1 || mailboxCapacity > 1_000_000) {
      throw new IllegalArgumentException(
          "mailboxCapacity %d must be 1 to 1,000,000".formatted(mailboxCapacity));
    }
    if (waitingTurns < 1 || waitingTurns > 10_000_000) {
      throw new IllegalArgumentException(
          "waitingTurns %d must be 1 to 10,000,000".formatted(waitingTurns));
    }
    if (overflowBytes < 0 || overflowBytes > 1L << 40) {
      throw new IllegalArgumentException(
          "overflowBytes %d must be 0 to 1 TiB".formatted(overflowBytes));
    }
    for (var limit :
        Map.of("sendTimeout", sendTimeout, "gapLimit", gapLimit, "drainTimeout", drainTimeout)
            .entrySet()) {
      if (limit.getValue().isNegative() || limit.getValue().toDays() > 1) {
        throw new IllegalArgumentException(
            "%s %s must be 0 to 1 day".formatted(limit.getKey(), limit.getValue()));
      }
    }
    if (routing == Routing.BROKER && transport == null) {
      throw new IllegalArgumentException(
          "routing BROKER needs a transport; give it one with transport(…)");
    }
    return new GroupOptions(
        experiment,
        name,
        transport,
        chatModel,
        eventLog,
        assistance,
        durability,
        journals,
        meters != null ? meters : new SimpleMeterRegistry(),
        observations,
        routing,
        mailboxCapacity,
        waitingTurns,
        overflowBytes,
        sendTimeout,
        gapLimit,
        drainTimeout,
        escalation,
        onPressure,
        seed,
        Collections.unmodifiableMap(new LinkedHashMap<>(warming)),
        time,
        machine);
  }
}

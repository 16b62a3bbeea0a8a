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
import io.micrometer.observation.ObservationRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a group was built with; immutable. {@link AgentGroupBuilder} documents each. */
record GroupOptions(
    ExperimentId experiment,
    String name,
    @Nullable Transport transport,
    @Nullable ChatModel chatModel,
    @Nullable EventLog eventLog,
    @Nullable Assistance assistance,
    @Nullable Durability durability,
    Function<Path, Journal> journals,
    MeterRegistry meters,
    ObservationRegistry observations,
    Routing routing,
    int mailboxCapacity,
    int waitingTurns,
    long overflowBytes,
    Duration sendTimeout,
    Duration gapLimit,
    Duration drainTimeout,
    BiConsumer<AgentId, Throwable> escalation,
    Consumer<Pressure> onPressure,
    long seed,
    Map<String, WarmUpStep> warming,
    Time time,
    Machine machine) {}

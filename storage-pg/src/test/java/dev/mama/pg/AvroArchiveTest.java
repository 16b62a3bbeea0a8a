package dev.mama.pg;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentId;
import dev.mama.Channel;
import dev.mama.Event;
import dev.mama.Event.MessageSent;
import dev.mama.Event.MetricRecorded;
import dev.mama.ExperimentId;
import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.Trace;
import dev.mama.pg.EventQuery.Position;
import dev.mama.spi.EventLog;
import dev.mama.testkit.EventLogContract;
import dev.mama.testkit.EveryKind;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An archive of Avro files: what it keeps, in which order it is read, and what damage does. */
final class AvroArchiveTest extends EventLogContract {

  private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
  private static final ExperimentId EXPERIMENT = ExperimentId.of("exp-1");
  private static final Path GOLDEN = Path.of("src/test/resources/archive-v1");
  private static final ArchiveOptions QUICK =
      ArchiveOptions.standard().withQueue(1_000, Duration.ofMillis(5));

  @TempDir private Path folder;

  @Override
  protected EventLog newLog() {
    return AvroArchive.open(folder.resolve("contract"), QUICK);
  }

  @Override
  protected Optional<EventLog> anotherLog() {
    return Optional.of(newLog());
  }

  @Test
  void append_manyMoreThanAFileHolds_readsThemAllInOrderWhateverTheirOrderWas() throws Exception {
    List<MessageSent> events = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      events.add(message(i));
    }
    List<MessageSent> shuffled = new ArrayList<>(events);
    for (int i = 0; i < shuffled.size(); i += 500) { // as many threads would append
      Collections.shuffle(shuffled.subList(i, Math.min(shuffled.size(), i + 900)), new Random(i));
    }
    try (var archive = AvroArchive.open(folder, QUICK.withFiles(64 << 10))) {
      for (Event event : shuffled) {
        archive.append(event);
      }
      archive.flush();
      assertThat(ids(archive, EventQuery.all(EXPERIMENT)))
          .isEqualTo(events.stream().map(Event::id).toList());
      assertThat(ArchiveFile.of(folder.resolve("exp-1"), Table.MESSAGES).size()).isGreaterThan(3);
      assertThat(archive.experiments()).contains(EXPERIMENT);
    }
  }

  @Test
  void read_narrowed_givesWhatMatches() throws Exception {
    List<Event> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      all.add(message(i));
      all.add(
          new MetricRecorded(
              UUID.randomUUID(), EXPERIMENT, at(i), AgentId.of("a"), "price", i, Trace.start()));
    }
    try (var archive = AvroArchive.open(folder, QUICK)) {
      for (Event event : all) {
        archive.append(event);
      }
      archive.flush();
      all.sort((a, b) -> Position.of(a).compareTo(Position.of(b)));
      for (EventQuery query :
          List.of(
              EventQuery.all(EXPERIMENT),
              EventQuery.all(EXPERIMENT).kinds(Set.of(MetricRecorded.class)),
              EventQuery.all(EXPERIMENT).agents(Set.of(AgentId.of("a"))),
              EventQuery.all(EXPERIMENT).between(at(10), at(20)),
              EventQuery.all(EXPERIMENT).after(Position.of(all.get(333))),
              EventQuery.all(ExperimentId.of("another")))) {
        assertThat(ids(archive, query))
            .as("%s", query)
            .isEqualTo(all.stream().filter(query::matches).map(Event::id).toList());
      }
      assertThat(Difference.between(archive, EXPERIMENT, archive, EXPERIMENT)).isEmpty();
    }
  }

  @Test
  void append_diskFullForAWhile_waitsAndLeavesWholeFiles() throws Exception {
    var free = new AtomicLong(60_000);
    var meters = new SimpleMeterRegistry();
    var small = QUICK.withQueue(100, Duration.ofMillis(5));
    try (var archive = AvroArchive.open(folder, small, meters, file -> new SmallDisk(file, free))) {
      List<UUID> accepted = new ArrayList<>();
      var appending =
          new FutureTask<>(() -> {
            for (int i = 0; i < 3_000; i++) {
              MessageSent message = message(i);
              archive.append(message);
              accepted.add(message.id());
            }
            return null;
          });
      Thread thread = Thread.startVirtualThread(appending);
      await().until(() -> free.get() == 0 && thread.getState() == Thread.State.WAITING);
      assertThat(accepted).hasSizeLessThan(3_000);
      assertThat(meters.get("mama.storage.waiting").gauge().value()).isPositive();
      await().until(() -> meters.get("mama.storage.oldest").gauge().value() > 0);
      Path file = folder.resolve("exp-1/messages-000001.avro");
      assertThat(readable(file)).as("what was written before").isPositive();
      assertThat(Files.size(file)).as("half a block is cut off").isLessThanOrEqualTo(60_000);
      free.set(Long.MAX_VALUE);
      appending.get(60, TimeUnit.SECONDS);
      archive.flush();
      assertThat(ids(archive, EventQuery.all(EXPERIMENT))).isEqualTo(accepted);
      assertThat(meters.get("mama.storage.rows").counter().count()).isEqualTo(3_000);
      assertThat(meters.get("mama.storage.append.wait").timer().count()).isPositive();
      assertThat(meters.get("mama.storage.waiting").gauge().value()).isZero();
    }
  }

  @Test
  void close_diskStaysFull_saysHowManyAreLostAndWhy() throws Exception {
    var options = QUICK.withCloseTimeout(Duration.ofMillis(50));
    var archive =
        AvroArchive.open(
            folder,
            options,
            new SimpleMeterRegistry(),
            file -> new SmallDisk(file, new AtomicLong()));
    for (int i = 0; i < 10; i++) {
      archive.append(message(i));
    }
    assertThatThrownBy(archive::close)
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("10 of 10 events could not be archived in " + folder)
        .hasMessageContaining("messages-000001.avro: No space left on device");
    assertThatThrownBy(() -> archive.append(message(1))).hasMessageContaining("takes no more");
  }

  @Test
  void read_fileTornAnywhere_givesWhatStandsBeforeTheTear() throws Exception {
    Path file = written(2_000);
    byte[] whole = Files.readAllBytes(file);
    Path torn = folder.resolve("torn/exp-1/messages-000001.avro");
    Files.createDirectories(torn.getParent());
    var random = new Random(1);
    int last = 0;
    List<Integer> lengths = new ArrayList<>(List.of(0, 1, 3, 4, 5, 100, whole.length));
    random.ints(40, 0, whole.length).forEach(lengths::add);
    Collections.sort(lengths);
    try (var archive = AvroArchive.open(folder.resolve("torn"))) {
      for (int length : lengths) {
        Files.write(torn, Arrays.copyOf(whole, length));
        int readable = ids(archive, EventQuery.all(EXPERIMENT)).size();
        assertThat(readable).as("torn at %d", length).isBetween(last, 2_000);
        last = readable;
        byte[] zeros = Arrays.copyOf(whole, whole.length + 64); // after a power failure
        Arrays.fill(zeros, length, zeros.length, (byte) 0);
        if (length > 4_000) {
          Files.write(torn, zeros);
          assertThat(ids(archive, EventQuery.all(EXPERIMENT)))
              .as("zeros at %d", length)
              .hasSize(readable);
        }
      }
      assertThat(last).isEqualTo(2_000);
    }
  }

  @Test
  void read_blockDamaged_saysWhichFileAndWhere() throws Exception {
    Path file = written(2_000);
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), Files.size(file) / 2);
    }
    try (var archive = AvroArchive.open(folder)) {
      assertThatThrownBy(() -> ids(archive, EventQuery.all(EXPERIMENT)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("is damaged at byte");
    }
    Files.writeString(file, "no Avro at all");
    try (var archive = AvroArchive.open(folder)) {
      assertThatThrownBy(() -> ids(archive, EventQuery.all(EXPERIMENT)))
          .hasMessageContaining("is no Avro file");
    }
  }

  /** Files that the first release wrote; they are never written again. */
  @Test
  void read_goldenFilesOfTheFirstVersion_givesWhatTheyHold() throws Exception {
    List<String> lines = new ArrayList<>();
    try (var archive = AvroArchive.open(GOLDEN)) {
      archive.read(ExperimentId.of("golden"), event -> lines.add(line(event)));
    }
    assertThat(lines).isEqualTo(Files.readAllLines(GOLDEN.resolve("events.txt")));
  }

  /** All that an event has, in one line. */
  private static String line(Event event) {
    return Table.of(event)
        + Stream.of(EventColumns.of(event))
            .map(value -> value instanceof byte[] json ? new String(json, UTF_8) : value)
            .map(value -> " | " + String.valueOf(value).replace("\n", "\\n"))
            .collect(Collectors.joining());
  }

  @Test
  void archivingEventLog_keepsInBoth() throws Exception {
    var other = AvroArchive.open(folder.resolve("other"), QUICK); // any log would do
    var archive = AvroArchive.open(folder.resolve("archive"), QUICK);
    try (var both = new ArchivingEventLog(other, archive)) {
      for (Event event : EveryKind.of(EXPERIMENT, NOON)) {
        both.append(event);
      }
      both.flush();
      List<UUID> ids = ids(archive, EventQuery.all(EXPERIMENT));
      assertThat(ids).hasSizeGreaterThan(20).isEqualTo(ids(other, EventQuery.all(EXPERIMENT)));
      List<UUID> read = new ArrayList<>();
      both.read(EXPERIMENT, event -> read.add(event.id()));
      assertThat(read).isEqualTo(ids);
    }
    assertThatThrownBy(() -> archive.append(message(1))).hasMessageContaining("closed");
    assertThatThrownBy(() -> other.append(message(1))).hasMessageContaining("closed");
  }

  @Test
  void schemas_haveTheColumnsOfTheTables() {
    for (Table table : Table.values()) {
      assertThat(ArchiveRow.schema(table).getFields().stream().map(field -> field.name()))
          .as("%s", table)
          .isEqualTo(table.columns().stream().map(Column::name).toList());
    }
  }

  /** One file with many blocks. */
  private Path written(int events) throws Exception {
    try (var archive = AvroArchive.open(folder, QUICK)) {
      for (int i = 0; i < events; i++) {
        archive.append(message(i));
        if (i % 100 == 99) {
          archive.flush();
        }
      }
    }
    return folder.resolve("exp-1/messages-000001.avro");
  }

  /** With Avro alone, as any other tool would read it. */
  private static int readable(Path file) throws IOException {
    int rows = 0;
    try (var reader =
        new DataFileReader<GenericRecord>(file.toFile(), new GenericDatumReader<>())) {
      while (reader.hasNext()) {
        assertThat(reader.next().get("src").toString()).isEqualTo("a");
        rows++;
      }
    }
    return rows;
  }

  private static List<UUID> ids(EventSource source, EventQuery query) throws InterruptedException {
    List<UUID> ids = new ArrayList<>();
    source.read(query, event -> ids.add(event.id()));
    return ids;
  }

  private static Instant at(int millis) {
    return NOON.plus(millis, ChronoUnit.MILLIS);
  }

  private static MessageSent message(int number) {
    return new MessageSent(
        UUID.randomUUID(),
        EXPERIMENT,
        at(number),
        AgentId.of("a"),
        AgentId.of("b"),
        Channel.AGENT_CHAT,
        Payload.text("no " + number),
        Trace.start());
  }

  /** A disk that takes so many bytes, all or a part of what is written. */
  private static final class SmallDisk extends RandomAccessFile {
    private final AtomicLong free;

    SmallDisk(Path file, AtomicLong free) throws IOException {
      super(file.toFile(), "rw");
      this.free = free;
    }

    @Override
    public void write(byte[] bytes) throws IOException {
      int some = (int) Math.min(bytes.length, free.get());
      free.addAndGet(-some);
      write(bytes, 0, some);
      if (some < bytes.length) {
        throw new IOException("No space left on device");
      }
    }
  }
}

package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.AgentContext;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.StorageException;
import dev.mama.journal.Grade;
import dev.mama.journal.Journal;
import dev.mama.journal.JournalException;
import dev.mama.journal.JournalFault;
import dev.mama.journal.JournalOptions;
import dev.mama.journal.TightDisk;
import dev.mama.runtime.Ledger.Entry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders and disks that are not as they should be: each has an outcome with a name. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableFaultTest {

  private static final AgentId ANNA = AgentId.of("anna");
  private static final AgentId BERT = AgentId.of("bert");
  private static final JournalOptions SMALL = new JournalOptions("agents", 1_000, 2_000, 4_000);

  @TempDir Path folder;

  @BeforeEach
  void forget() {
    Ledger.BEGUN.clear();
  }

  @Test
  void open_journalOfAnotherVersion_isRefusedAndUnchanged() throws Exception {
    run(5);
    write(segments().getFirst(), 11, 9); // the format's version
    assertRefused(JournalFault.OtherVersion.class, "format version 9");
  }

  @Test
  void open_recordOfAnotherForm_isRefused() throws Exception {
    try (var journal = Journal.open(folder, SMALL)) {
      var unused = journal.append(new byte[] {77, 1, 2}, Grade.SYNCED);
    }
    assertThatThrownBy(() -> Ledger.group(folder).build())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("record 1")
        .hasMessageContaining(
            "version 77, expected 1 or 2; open it with the release that wrote it");
  }

  @Test
  void open_recordThatMakesNoSense_isRefused_andTheFolderIsFreeAgain() throws Exception {
    var record = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(record)) {
      out.write(new byte[] {1, 2}); // an agent as it is
      out.writeUTF("anna");
      out.writeUTF("ledger");
      out.writeLong(1);
      out.writeBoolean(true);
      out.writeUTF("Book");
      out.writeInt(-1); // bytes of its state
    }
    try (var journal = Journal.open(folder, SMALL)) {
      var unused = journal.append(record.toByteArray(), Grade.SYNCED);
    }
    assertThatThrownBy(() -> Ledger.group(folder).build())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("record 1")
        .hasMessageContaining("cannot be read: -1; open it with the release that wrote it");
    Journal.open(folder, SMALL).close();
  }

  @Test
  void open_bitFlipped_isRefusedWithItsPlace() throws Exception {
    run(50);
    Path segment = segments().getFirst();
    long place = Files.size(segment) / 2;
    write(segment, place, read(segment, place) ^ 1);
    assertRefused(JournalFault.Damaged.class, "is damaged at byte");
  }

  @Test
  void open_segmentMissing_isRefusedByName() throws Exception {
    run(100);
    assertThat(segments()).hasSizeGreaterThan(3);
    Path missing = segments().get(1);
    Files.delete(missing);
    assertRefused(JournalFault.MissingSegment.class, missing.getFileName() + " is missing");
  }

  @Test
  void open_folderOfAnotherExperiment_isRefused() throws Exception {
    run(1);
    assertThatThrownBy(() ->
            AgentGroup.builder(ExperimentId.of("other")).durable(Durability.in(folder)).build())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("'durable-test', not of 'other'; give each its own folder");
  }

  @Test
  void open_folderInUse_isRefused() throws Exception {
    try (var group = Ledger.open(folder)) {
      assertThat(group.name()).isNotEmpty();
      assertRefused(JournalFault.InUse.class, "is in use");
    }
  }

  @Test
  void resume_typeNotDefined_isRefusedByName() throws Exception {
    run(1);
    try (var group = Ledger.group(folder).build()) {
      assertThatThrownBy(group::resume)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("[ledger]");
      group.define(Ledger.type());
      assertThat(group.resume().agents()).isEqualTo(2);
    }
  }

  @Test
  void define_durableTypeWithoutAFolder_isRefused() {
    try (var group = AgentGroup.builder(Ledger.EXPERIMENT).build()) {
      assertThatThrownBy(() -> group.define(Ledger.type()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("give group 'group' a folder with durable(…)");
      assertThatThrownBy(group::resume).isInstanceOf(IllegalStateException.class);
    }
  }

  record Other(String numbers) {}

  @Test
  void state_thatDoesNotFitItsClass_stopsItsAgentAlone_andIsKept() throws Exception {
    run(3);
    try (var group = Ledger.group(folder).build()) {
      group.define(
          AgentType.durable(
              "ledger",
              Other.class,
              () ->
                  new DurableAgent<Other>() {
                    @Override
                    public Other state() {
                      return new Other("");
                    }

                    @Override
                    public void restore(Other state) {}

                    @Override
                    public void onMessage(Message message, AgentContext context) {}
                  }));
      var unused = group.resume();
      var client = group.client("client");
      assertThatThrownBy(() -> client.ask(ANNA, Payload.of(new Ledger.Show()), Words.LONG))
          .isInstanceOf(AgentFailedException.class)
          .hasMessageContaining("the state of agent 'anna' of type 'ledger' at record")
          .hasMessageContaining("does not fit " + Other.class.getName());
    }
    try (var group = Ledger.open(folder)) {
      assertThat(Ledger.numbers(group, ANNA)).containsExactly(0, 1, 2);
    }
  }

  @Test
  void diskFull_turnsWaitAndNothingLeaves_untilThereIsRoom() throws Exception {
    var disk = new TightDisk();
    try (var group =
        Ledger.group(folder).journals(path -> disk.open(path, AgentStore.OPTIONS)).build()) {
      group.define(Ledger.type());
      group.startAll(List.of(ANNA, BERT), "ledger");
      var client = group.client("client");
      client.send(ANNA, Payload.of(new Entry(1, "bert")));
      await().until(() -> Ledger.numbers(group, BERT).equals(List.of(1)));

      disk.full.set(true);
      assertThatThrownBy(() -> client.send(ANNA, Payload.of(new Entry(2, "bert"))))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("not accepted")
          .hasMessageContaining("No space left on device; make room");
      // An ask is not written; the turn that it brings about is, and waits.
      var asker = group.client("asker");
      var asked =
          CompletableFuture.supplyAsync(() -> {
            try {
              return asker.ask(ANNA, Payload.of(new Entry(3, "bert")), Duration.ofSeconds(1));
            } catch (Exception e) {
              return Payload.text(e.getClass().getSimpleName());
            }
          });
      await().until(() -> Ledger.begun(ANNA).equals(List.of(1, 3)));
      assertThat(asked.get(1, TimeUnit.MINUTES).as(Payload.Text.class).text())
          .isEqualTo("AskTimeoutException");
      assertThat(Ledger.numbers(group, BERT)).containsExactly(1);

      disk.full.set(false);
      await().until(() -> Ledger.numbers(group, BERT).equals(List.of(1, 3)));
      assertThat(Ledger.begun(ANNA)).as("written, not run again").containsExactly(1, 3);
    }
    try (var group = Ledger.open(folder)) {
      assertThat(Ledger.numbers(group, ANNA)).containsExactly(1, 3);
    }
  }

  @Test
  void send_interruptedWhileTheDiskTakesTheMessage_hasSentIt() throws Exception {
    var disk = new TightDisk();
    try (var group =
        Ledger.group(folder).journals(path -> disk.open(path, AgentStore.OPTIONS)).build()) {
      group.define(Ledger.type());
      group.start(ANNA, "ledger");
      var client = group.client("client");
      var gate = new CountDownLatch(1);
      var told = new CompletableFuture<Boolean>();
      disk.gate.set(gate);
      Thread sender =
          Thread.startVirtualThread(() -> {
            try {
              client.send(ANNA, Payload.of(new Entry(1, "")));
              told.complete(Thread.currentThread().isInterrupted());
            } catch (Exception e) {
              told.completeExceptionally(e);
            }
          });
      await().until(() -> disk.atGate.get() == 1);
      sender.interrupt();
      disk.gate.set(null);
      gate.countDown();
      assertThat(told.get(1, TimeUnit.MINUTES)).as("still interrupted").isTrue();
      await().until(() -> Ledger.numbers(group, ANNA).equals(List.of(1)));
    }
  }

  @Test
  void start_interruptedWhileTheDiskTakesTheAgents_hasStartedThem() throws Exception {
    var disk = new TightDisk();
    try (var group =
        Ledger.group(folder).journals(path -> disk.open(path, AgentStore.OPTIONS)).build()) {
      group.define(Ledger.type());
      var gate = new CountDownLatch(1);
      disk.gate.set(gate);
      var told = new CompletableFuture<Boolean>();
      Thread starter =
          Thread.startVirtualThread(() -> {
            try {
              group.startAll(List.of(ANNA, BERT), "ledger");
              told.complete(Thread.currentThread().isInterrupted());
            } catch (Exception e) {
              told.completeExceptionally(e);
            }
          });
      await().until(() -> disk.atGate.get() == 1);
      starter.interrupt();
      disk.gate.set(null);
      gate.countDown();
      assertThat(told.get(1, TimeUnit.MINUTES)).as("still interrupted").isTrue();
      assertThat(group.inspect().agents()).isEqualTo(2);
    }
  }

  @Test
  void diskThatCannotForce_standsStillByName_andNothingUncommittedIsSeen() throws Exception {
    var disk = new TightDisk();
    try (var group =
        AgentGroup.builder(Ledger.EXPERIMENT)
            .durable(Durability.in(folder).grade(Grade.SYNCED))
            .drainTimeout(Duration.ofMillis(50))
            .journals(path -> disk.open(path, AgentStore.OPTIONS))
            .build()) {
      group.define(Ledger.type());
      group.startAll(List.of(ANNA, BERT), "ledger");
      var client = group.client("client");
      client.send(ANNA, Payload.of(new Entry(1, "bert")));
      await().until(() -> Ledger.numbers(group, BERT).equals(List.of(1)));
      disk.broken.set(true);
      assertThatThrownBy(() -> client.send(ANNA, Payload.of(new Entry(2, "bert"))))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("Input/output error");
      assertThatThrownBy(() -> client.send(ANNA, Payload.of(new Entry(3, "bert"))))
          .isInstanceOf(StorageException.class);
      assertThat(Ledger.begun(ANNA)).containsExactly(1);
    } catch (StorageException e) {
      assertThat(e).hasMessageContaining("Input/output error"); // told again on closing
    }
  }

  @Test
  void state_thatCannotBeWritten_failsItsTurn() throws Exception {
    try (var group = Ledger.group(folder).journals(path -> Journal.open(path, SMALL)).build()) {
      group.define(Ledger.type());
      group.start(ANNA, "ledger");
      var client = group.client("client");
      for (int i = 0; i < 400; i++) {
        client.send(ANNA, Payload.of(new Entry(i, "")));
      }
      List<Integer> kept = Ledger.numbers(group, ANNA);
      assertThat(kept).hasSizeBetween(100, 399).isEqualTo(upTo(kept.size()));
    }
  }

  private void run(int messages) throws Exception {
    try (var group = Ledger.group(folder).journals(path -> Journal.open(path, SMALL)).build()) {
      group.define(Ledger.type());
      group.startAll(List.of(ANNA, BERT), "ledger");
      var client = group.client("client");
      for (int i = 0; i < messages; i++) {
        client.send(ANNA, Payload.of(new Entry(i, "bert")));
      }
    }
  }

  private void assertRefused(Class<? extends JournalFault> fault, String text) throws IOException {
    List<Path> before = segments();
    assertThatThrownBy(() -> Ledger.group(folder).build())
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(text)
        .cause()
        .isInstanceOfSatisfying(
            JournalException.class, e -> assertThat(e.fault()).isInstanceOf(fault));
    assertThat(segments()).isEqualTo(before);
  }

  private List<Path> segments() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".journal")).sorted().toList();
    }
  }

  private static int read(Path file, long at) throws IOException {
    try (var bytes = new RandomAccessFile(file.toFile(), "r")) {
      bytes.seek(at);
      return bytes.read();
    }
  }

  private static void write(Path file, long at, int value) throws IOException {
    try (var bytes = new RandomAccessFile(file.toFile(), "rw")) {
      bytes.seek(at);
      bytes.write(value);
    }
  }

  private static List<Integer> upTo(int end) {
    return IntStream.range(0, end).boxed().toList();
  }
}

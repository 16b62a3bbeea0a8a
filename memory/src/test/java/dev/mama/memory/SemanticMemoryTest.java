package dev.mama.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.AgentId;
import dev.mama.memory.SemanticMemory.Recalled;
import dev.mama.testkit.HashingEncoder;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What comes to mind, how age weighs, and what makes room. */
final class SemanticMemoryTest {

  private static final AgentId ANNA = AgentId.of("anna");
  private static final AgentId BERT = AgentId.of("bert");

  private final ManualTime time = new ManualTime();
  private final NamedEncoder encoder = new NamedEncoder("hashing", new HashingEncoder());

  private SemanticMemory memory(MemoryOptions options) {
    return SemanticMemory.of(encoder, options, time);
  }

  private static List<String> texts(List<Recalled> recalled) {
    return recalled.stream().map(it -> it.item().text()).toList();
  }

  @Test
  void recall_findsByMeaningAndOnlyOnesOwn() throws Exception {
    SemanticMemory memory = memory(MemoryOptions.defaults());
    memory.addAll(ANNA, List.of("the kitchen tap drips", "a goat ate the hedge"));
    memory.add(BERT, "the kitchen tap drips a lot");
    assertThat(texts(memory.recall(ANNA, "why does the kitchen tap drip", 1)))
        .containsExactly("the kitchen tap drips");
    assertThat(memory.recall(AgentId.of("nobody"), "tap", 3)).isEmpty();
    assertThat(memory.recall(ANNA, "tap", 9)).hasSize(2);
  }

  @Test
  void recall_olderByAHalfLife_countsHalf() throws Exception {
    SemanticMemory memory = memory(MemoryOptions.defaults().halfLife(Duration.ofDays(1)));
    memory.add(ANNA, "the tap drips");
    time.advance(Duration.ofDays(2));
    memory.add(ANNA, "the tap drips");
    List<Recalled> recalled = memory.recall(ANNA, "the tap drips", 2);
    assertThat(recalled.get(0).item().id()).isEqualTo(2);
    assertThat(recalled.get(0).relevance()).isCloseTo(1, within(1e-5));
    assertThat(recalled.get(1).relevance()).isCloseTo(0.25, within(1e-5));
  }

  @Test
  void recall_noDecay_agesDoNotCount() throws Exception {
    SemanticMemory memory = memory(MemoryOptions.defaults().halfLife(MemoryOptions.FOREVER));
    memory.add(ANNA, "the tap drips");
    time.advance(Duration.ofDays(36_500));
    assertThat(memory.recall(ANNA, "the tap drips", 1).getFirst().relevance())
        .isCloseTo(1, within(1e-5));
  }

  @Test
  void recall_ancientItem_isStillFound() throws Exception {
    SemanticMemory memory = memory(MemoryOptions.defaults().halfLife(Duration.ofSeconds(1)));
    memory.add(ANNA, "the tap drips");
    time.advance(Duration.ofDays(36_500));
    assertThat(memory.recall(ANNA, "the tap drips", 1)).hasSize(1);
  }

  @Test
  void addAll_manyTexts_encodesThemAtOnce() throws Exception {
    SemanticMemory memory = memory(MemoryOptions.defaults());
    List<Remembered> added = memory.addAll(ANNA, List.of("a b", "c d", "e f"));
    assertThat(added).extracting(Remembered::id).containsExactly(1L, 2L, 3L);
    assertThat(added.getFirst().at()).isEqualTo(time.now());
    assertThat(encoder.encoded).isEqualTo(3);
    assertThat(memory.addAll(ANNA, List.of())).isEmpty();
  }

  @Test
  void add_moreThanTheBounds_forgetsTheOldest() throws Exception {
    SemanticMemory memory = memory(MemoryOptions.defaults().maxItems(5, 3));
    for (int i = 0; i < 4; i++) {
      memory.add(ANNA, "item " + i);
    }
    assertThat(memory.size(ANNA)).isEqualTo(3);
    assertThat(texts(memory.recall(ANNA, "item 0", 9))).doesNotContain("item 0");
    memory.addAll(BERT, List.of("item 4", "item 5", "item 6"));
    assertThat(memory.size()).isEqualTo(5);
    assertThat(memory.size(ANNA)).isEqualTo(2);
  }

  @Test
  void forget_item_isNotRecalled() throws Exception {
    SemanticMemory memory = memory(MemoryOptions.defaults());
    Remembered item = memory.add(ANNA, "a secret");
    assertThat(memory.forget(item.id())).isTrue();
    assertThat(memory.forget(item.id())).isFalse();
    assertThat(memory.recall(ANNA, "a secret", 1)).isEmpty();
    assertThat(memory.size()).isZero();
  }

  @Test
  void addAll_badText_isRefusedAndNothingRemembered() {
    SemanticMemory memory = memory(MemoryOptions.defaults());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.addAll(ANNA, List.of("good", " ")))
        .withMessageContaining("text 1 of 2 to remember for agent 'anna' has 1 characters");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> memory.add(ANNA, "x".repeat(10_001)))
        .withMessageContaining("has 10001 characters");
    assertThat(memory.size()).isZero();
  }

  @Test
  void manyThreads_addAndRecall_loseNothing() throws Exception {
    SemanticMemory memory = memory(MemoryOptions.defaults());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var done = new ArrayList<Future<?>>();
      for (int t = 0; t < 4; t++) {
        AgentId agent = AgentId.of("agent-" + t % 2);
        done.add(
            threads.submit(() -> {
              for (int i = 0; i < 200; i++) {
                Remembered added = memory.add(agent, "item number " + i);
                assertThat(memory.recall(agent, added.text(), 3)).isNotEmpty();
              }
              return null;
            }));
      }
      for (Future<?> each : done) {
        each.get();
      }
    }
    assertThat(memory.size()).isEqualTo(800);
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> MemoryOptions.defaults().maxItems(0, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MemoryOptions.defaults().halfLife(Duration.ZERO));
  }
}

package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.mama.AgentId;
import dev.mama.spi.AgentIndex;
import dev.mama.spi.AgentIndex.Match;
import dev.mama.testkit.AgentIndexContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs twice: in a JVM with the Vector API and in one without. */
final class ExactAgentIndexTest extends AgentIndexContract {

  private static final float[] EAST = {1, 0};

  @TempDir Path folder;

  @Override
  protected AgentIndex newIndex(int dimension) {
    return new ExactAgentIndex(dimension);
  }

  private static ExactAgentIndex fan(int agents) {
    var index = new ExactAgentIndex(2);
    for (int i = 0; i < agents; i++) {
      double angle = Math.PI * i / agents;
      index.put(
          AgentId.of("a" + i), new float[] {(float) Math.cos(angle), (float) Math.sin(angle)});
    }
    return index;
  }

  @Test
  void put_manyTimesTheFirstCapacity_keepsEveryAgent() {
    var index = new ExactAgentIndex(2);
    for (int i = 0; i < 1_000; i++) {
      index.put(AgentId.of("a" + i), new float[] {1, i});
    }
    assertThat(index.topK(EAST, 2_000)).hasSize(1_000).allMatch(match -> match.similarity() == 1);
    assertThat(index.topK(new float[] {0, 1}, 1).getFirst().agent()).isEqualTo(AgentId.of("a999"));
  }

  @Test
  void topK_filter_leavesOthersOutAndFindsTheNext() {
    assertThat(fan(100).topK(EAST, 3, agent -> agent.value().endsWith("5")))
        .extracting(match -> match.agent().value())
        .containsExactly("a5", "a15", "a25");
    assertThat(fan(100).topK(EAST, 3, agent -> false)).isEmpty();
  }

  @Test
  void load_savedIndex_answersTheSame() {
    ExactAgentIndex index = fan(500);
    index.remove(AgentId.of("a3"));
    Path file = folder.resolve("agents");
    index.save(file, "an encoder");
    index.save(file, "an encoder");
    ExactAgentIndex loaded = ExactAgentIndex.load(file, "an encoder");
    assertThat(loaded.size()).isEqualTo(499);
    assertThat(loaded.topK(EAST, 500)).isEqualTo(index.topK(EAST, 500));
    assertThat(folder).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void load_otherEncoder_isRefused() {
    Path file = folder.resolve("agents");
    fan(3).save(file, "an encoder");
    assertRefused(file, "another", "holds vectors of 'an encoder', not of 'another'");
  }

  @Test
  void load_anyByteWrongOrMissing_isRefused() throws IOException {
    Path file = folder.resolve("agents");
    fan(3).save(file, "e");
    byte[] whole = Files.readAllBytes(file);
    for (int i = 0; i < whole.length; i++) {
      byte[] changed = whole.clone();
      changed[i] ^= 1;
      Files.write(file, changed);
      assertRefused(file, "e", file.toString());
      Files.write(file, Arrays.copyOf(whole, i));
      assertRefused(file, "e", file.toString());
    }
  }

  @Test
  void load_missingFile_isRefused() {
    assertRefused(folder.resolve("none"), "e", "cannot be read");
  }

  @Test
  void save_noFolder_isRefused() {
    Path file = folder.resolve("none").resolve("agents");
    assertThatExceptionOfType(VectorFileException.class)
        .isThrownBy(() -> fan(3).save(file, "e"))
        .withMessageContaining(file + " cannot be written");
  }

  @Test
  void topK_similarity_isTheSameInEveryJvm() {
    var index = new ExactAgentIndex(384);
    var vector = new float[384];
    for (int d = 0; d < 384; d++) {
      vector[d] = (float) Math.sin(d * 1.7) / 14;
    }
    index.put(AgentId.of("a"), vector);
    assertThat(index.topK(vector, 1)).containsExactly(new Match(AgentId.of("a"), SAME_BITS));
  }

  /** Read from a run with the Vector API, and found again in one without. */
  private static final float SAME_BITS = 0.9784946f;

  @Test
  void new_noDimension_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ExactAgentIndex(0));
  }

  private static void assertRefused(Path file, String encoder, String message) {
    assertThatExceptionOfType(VectorFileException.class)
        .isThrownBy(() -> ExactAgentIndex.load(file, encoder))
        .withMessageContaining(message);
  }
}

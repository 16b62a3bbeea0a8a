package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.minilm.MiniLm;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class LoneTextNetworkTest {

  @Test
  void runAlone_onSeveralCores_givesTheBitsOfRun() {
    var model = SentenceModel.of("m", MiniLm.graph(), MiniLm.tokenizer(), MiniLm.MAX_TOKENS);
    try (Network network = OnnxNetwork.load(model)) {
      for (int tokens : new int[] {3, 21, 130}) {
        long[] ids = LongStream.range(0, tokens).map(i -> 1_000 + 77 * i).toArray();
        var mask = new long[tokens];
        Arrays.fill(mask, 1);
        float[] expected = network.run(ids, mask, 1, tokens);
        assertThat(network.runAlone(ids, mask)).isEqualTo(expected);
      }
    }
  }
}

package dev.mama.marl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.mama.registry.InMemoryTrustLedger;
import dev.mama.spi.TrustLedger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorldTest {

  static final Trials TRIALS = new Trials(InMemoryTrustLedger::create);
  private static final WorldSettings DRIFTING = WorldSettings.named("drifting");

  @TempDir private Path folder;

  private final List<TrustLedger> ledgers = new ArrayList<>();

  @Test
  void run_sameSeed_isTheSame_andAnotherSeedIsNot() {
    Outcome one = TRIALS.run(DRIFTING, 5, References.random());
    assertThat(TRIALS.run(DRIFTING, 5, References.random())).isEqualTo(one);
    assertThat(TRIALS.run(DRIFTING, 6, References.random())).isNotEqualTo(one);
  }

  @Test
  void run_otherContender_meetsTheSameNeeds() {
    World random = TRIALS.played(DRIFTING, 5, References.random());
    World top = TRIALS.played(DRIFTING, 5, References.topSimilarity());
    assertThat(top.asks())
        .extracting(Ask::at)
        .isEqualTo(random.asks().stream().map(Ask::at).toList());
    assertThat(top.asks())
        .extracting(Ask::requester)
        .isEqualTo(random.asks().stream().map(Ask::requester).toList());
  }

  @Test
  void informed_earnsMore_thanRandom() {
    assertThat(TRIALS.mean(List.of(DRIFTING), 1, 4, References.informed(1, ActionShape.CANDIDATES)))
        .isGreaterThan(TRIALS.mean(List.of(DRIFTING), 1, 4, References.random()) + 0.1);
  }

  @Test
  void asks_ofOneHelper_areWorkedOffOneAfterTheOther() {
    World played = TRIALS.played(DRIFTING, 5, References.topSimilarity());
    double[] free = new double[DRIFTING.helpers()];
    for (Ask ask : played.asks()) {
      assertThat(ask.waited()).isCloseTo(Math.max(0, free[ask.helper()] - ask.at()), within(1e-9));
      free[ask.helper()] = ask.at() + ask.waited() + ask.service();
      if (ask.answered()) {
        assertThat(ask.took()).isCloseTo(ask.waited() + ask.service(), within(1e-9));
        assertThat(ask.reward()).isCloseTo(ask.quality() - 0.05 * ask.took(), within(1e-9));
      } else {
        assertThat(ask.reward()).isCloseTo(-0.3 - 0.05 * 8, within(1e-9));
      }
    }
  }

  /** What an ask took from the others is what they get more in a world without it. */
  @Test
  void delaysCaused_isWhatTheOthersGainWithoutTheAsk() {
    List<Ask> asks = TRIALS.played(DRIFTING, 5, References.topSimilarity()).asks().subList(0, 600);
    double[] caused = Rewards.delaysCaused(DRIFTING, asks);
    double all = 0;
    for (int without = 0; without < asks.size(); without += 7) {
      double[] free = new double[DRIFTING.helpers()];
      double gained = 0;
      for (Ask ask : asks) {
        if (ask.number() != without) {
          double start = Math.max(ask.at(), free[ask.helper()]);
          free[ask.helper()] = start + ask.service();
          double took = free[ask.helper()] - ask.at();
          boolean answered = !ask.broken() && took <= DRIFTING.timeoutSeconds();
          gained +=
              Rewards.of(
                      DRIFTING,
                      answered,
                      ask.quality(),
                      answered ? took : DRIFTING.timeoutSeconds())
                  - ask.reward();
        }
      }
      assertThat(caused[without]).as("ask %d", without).isCloseTo(gained, within(1e-6));
      all += gained;
    }
    assertThat(all).isPositive();
  }

  @Test
  void trust_movesByTheRealLedger_towardsTheAble() {
    var trials =
        new Trials((halfLife, time) -> {
          ledgers.add(InMemoryTrustLedger.create(halfLife, time));
          return ledgers.getLast();
        });
    World played = trials.played(WorldSettings.named("stationary"), 3, References.random());
    double[] quality = new double[24];
    int[] count = new int[24];
    for (Ask ask : played.asks()) {
      quality[ask.helper()] += ask.answered() ? ask.quality() : 0;
      count[ask.helper()]++;
    }
    double error = 0;
    for (int i = 0; i < 24; i++) {
      double trust = ledgers.getFirst().standing(dev.mama.AgentId.of("helper-" + i)).trust();
      error += Math.abs(trust - quality[i] / count[i]) / 24;
    }
    assertThat(error).isLessThan(0.1);
  }

  @Test
  void choice_ofNoCandidate_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TRIALS.run(DRIFTING, 1, new Contender("wrong", () -> situation -> 5)))
        .withMessageContaining("choice 5 is none of");
  }

  @Test
  void choice_none_isWorthWhatAnsweringOneselfIs() {
    Outcome outcome = TRIALS.run(DRIFTING, 1, new Contender("alone", () -> situation -> -1));
    assertThat(outcome.reward()).isCloseTo(DRIFTING.noneReward(), within(1e-12));
    assertThat(outcome.seconds()).isZero();
  }

  @Test
  void settings_ofOurOwn_areRead_andDrawnOnesAreValidAndRepeat() {
    assertThat(WorldSettings.NAMES)
        .allSatisfy(name -> assertThat(WorldSettings.named(name).name()).isEqualTo(name));
    for (int seed = 1; seed <= 50; seed++) {
      assertThat(WorldSettings.drawn(seed)).isEqualTo(WorldSettings.drawn(seed));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "[]", "no json", "{\"name\":\"x\",\"weather\":1}"})
  void settings_badFile_isRefusedByName(String content) throws Exception {
    Path file = Files.writeString(folder.resolve("world.json"), content);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorldSettings.read(file))
        .withMessageContaining("world.json");
  }

  @Test
  void settings_valueOutOfRange_isRefusedByName() throws Exception {
    String json;
    try (var bytes = WorldSettings.class.getResourceAsStream("drifting.json")) {
      json = new String(bytes.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
    Path file = folder.resolve("world.json");
    Files.writeString(file, json.replace("\"helpers\": 24", "\"helpers\": 4"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorldSettings.read(file))
        .withMessageContaining("helpers 4 must be 5");
  }
}

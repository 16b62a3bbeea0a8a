package dev.mama.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.bench.compare.Host;
import dev.mama.bench.compare.PekkoHost;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each question on each host: it ends, and says how many messages that were. */
class ExchangeTest {

  static Stream<Host.Start> hosts() {
    return Stream.of(MamaHost::start, PekkoHost::start);
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void pingPong_run_countsEachPairsMessages(Host.Start host) throws InterruptedException {
    try (var exchange = new PingPong(host, 3)) {
      assertThat(exchange.run(7)).isEqualTo(21);
      assertThat(exchange.run(1)).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void fanOut_run_fillsMailboxesAndLosesNone(Host.Start host) throws InterruptedException {
    try (var exchange = new FanOut(host, 4, 5)) {
      assertThat(exchange.run(2)).isEqualTo(2 * 4 * 48 * 5);
    }
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void hops_run_countsEachTokensHops(Host.Start host) throws InterruptedException {
    try (var exchange = new Hops(host, 10, 4, 42)) {
      assertThat(exchange.run(25)).isEqualTo(100);
    }
  }

  @ParameterizedTest
  @MethodSource("hosts")
  void hops_offer_hasALatencyForEachToken(Host.Start host) throws InterruptedException {
    try (var exchange = new Hops(host, 10, 4, 42)) {
      assertThat(exchange.run(3)).isEqualTo(12);
      assertThat(exchange.offer(10_000, 500)).hasSize(500).doesNotContain(0L);
      assertThat(exchange.offer(1e9, 50_000)).as("far more than it can do").hasSize(50_000);
      assertThat(exchange.offer(10_000, 5).length).isEqualTo(5);
    }
  }

  @Test
  void hops_moreTokensThanAMailboxHolds_isRefused() {
    assertThatThrownBy(() -> new Hops(MamaHost::start, 10, Host.MAILBOX, 42))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("256 tokens may not fit");
  }
}

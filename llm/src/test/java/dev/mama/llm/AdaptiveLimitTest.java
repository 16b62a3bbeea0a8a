package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The limit finds a capacity nobody told it, in virtual time. */
class AdaptiveLimitTest {

  private static final int CEILING = 1_024;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 8, 10, 16, 23, 37, 64, 100, 128, 200, 256, 500, 1_000})
  void limit_hiddenCapacity_isFoundIn30RoundTripsAndKeptForLessThanOneRefusalInAHundred(int c) {
    var server = new SimulatedServer(new AdaptiveLimit(CEILING), c, false);
    server.roundTrips(30);
    assertSettled(server, c);
  }

  @Test
  void limit_capacityChanges_isFollowed() {
    var server = new SimulatedServer(new AdaptiveLimit(CEILING), 64, false);
    assertFollows(server);
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 51, 64, 128})
  void limit_fixed_doesNotFollow(int fixed) {
    var server = new SimulatedServer(new FixedLimit(fixed), 64, false);
    assertThatThrownBy(() -> assertFollows(server)).isInstanceOf(AssertionError.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 10, 16, 37, 64, 200})
  void limit_serverThatQueues_endsNearItsCapacity(int c) {
    var limit = new AdaptiveLimit(CEILING);
    var server = new SimulatedServer(limit, c, true);
    server.roundTrips(100);
    server.forget();
    server.roundTrips(300);
    assertThat(server.carried(300)).isGreaterThan(0.8 * c);
    assertThat(limit.limit()).isLessThanOrEqualTo(2 * c);
  }

  @Test
  void limit_serverThatQueuesBecomesSlower_followsDown() {
    var limit = new AdaptiveLimit(CEILING);
    var server = new SimulatedServer(limit, 64, true);
    server.roundTrips(200);
    server.capacity(16);
    server.roundTrips(200);
    assertThat(limit.limit()).isLessThanOrEqualTo(32);
  }

  @Test
  void limit_outage_isForgottenAtTheFirstAnswers() {
    var limit = new AdaptiveLimit(CEILING);
    var server = new SimulatedServer(limit, 64, false);
    server.roundTrips(50);
    server.capacity(0);
    server.roundTrips(5);
    assertThat(limit.limit()).isEqualTo(1);
    server.capacity(64);
    server.roundTrips(30);
    assertSettled(server, 64);
  }

  @Test
  void limit_oneRefusalAtALowLoad_halvesItAtMost() {
    var limit = new AdaptiveLimit(CEILING);
    var server = new SimulatedServer(limit, 64, false);
    server.roundTrips(50);
    limit.refused(limit.sent(1));
    assertThat(limit.limit()).isGreaterThanOrEqualTo(16);
    server.roundTrips(20);
    assertSettled(server, 64);
  }

  @Test
  void limit_fewCallsOnTheWire_provesNothing() {
    var limit = new AdaptiveLimit(CEILING);
    for (int i = 0; i < 1_000; i++) {
      limit.answered(limit.sent(1), Duration.ofMillis(100), 10);
    }
    assertThat(limit.limit()).isEqualTo(2);
  }

  private static void assertFollows(SimulatedServer server) {
    server.roundTrips(30);
    assertSettled(server, 64);
    server.capacity(16);
    server.roundTrips(30);
    assertSettled(server, 16);
    server.capacity(128);
    server.roundTrips(100);
    assertSettled(server, 128);
  }

  private static void assertSettled(SimulatedServer server, int c) {
    server.forget();
    server.roundTrips(200);
    assertThat(server.refused).as("refused of %d", server.sent).isLessThan(server.sent / 100 + 1);
    assertThat(server.carried(200)).isBetween(0.8 * c, 1.02 * c);
  }
}

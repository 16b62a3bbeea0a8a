package dev.mama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceTest {

  /** The example of the W3C recommendation. */
  private static final String EXAMPLE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  @Test
  void parse_exampleOfTheRecommendation_roundTrips() {
    Trace trace = Trace.parse(EXAMPLE);
    assertThat(trace.traceparent()).isEqualTo(EXAMPLE);
    assertThat(trace.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
    assertThat(trace).hasToString(trace.traceId());
  }

  @Test
  void parse_started_roundTrips() {
    for (int i = 0; i < 100; i++) {
      Trace trace = Trace.start();
      assertThat(Trace.parse(trace.traceparent())).isEqualTo(trace);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"
      })
  void parse_otherForm_isRefused(String traceparent) {
    assertThatIllegalArgumentException().isThrownBy(() -> Trace.parse(traceparent));
  }

  @Test
  void child_isAnotherSpanOfTheSameTrace() {
    Trace parent = Trace.start();
    Trace child = parent.child();
    assertThat(child.traceId()).isEqualTo(parent.traceId());
    assertThat(child.span()).isNotEqualTo(parent.span());
  }
}

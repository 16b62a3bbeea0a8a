package dev.mama.testkit;

import static org.awaitility.Awaitility.await;

import dev.mama.ExperimentId;
import dev.mama.spi.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

/**
 * What the contracts of transports have in common: two ends, and an experiment for each test, so
 * that transports may share a broker.
 *
 * <p>Confined to the test that extends it.
 */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class TransportFixture {

  final ExperimentId experiment = ExperimentId.of("exp-" + UUID.randomUUID());

  /** Where the tests subscribe. */
  Transport transport;

  /** {@link #transport} itself, or one that reaches the same agents, as another process would. */
  Transport other;

  private final List<Transport> opened = new ArrayList<>();

  /** Opens the transport to be tested; the contract closes it. */
  protected abstract Transport open() throws Exception;

  /**
   * Opens one that reaches the same agents and topics, as another process would. Unless overridden,
   * both ends are {@code transport}.
   */
  protected Transport openOther(Transport transport) throws Exception {
    return transport;
  }

  /** How long an envelope may take before it counts as lost. */
  protected Duration patience() {
    return Duration.ofSeconds(30);
  }

  @BeforeEach
  void openTransports() throws Exception {
    transport = open();
    opened.add(transport);
    other = openOther(transport);
    opened.add(other);
  }

  @AfterEach
  void closeTransports() {
    opened.reversed().forEach(Transport::close);
  }

  ConditionFactory patiently() {
    return await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5)).atMost(patience());
  }

  /** Thrown by a receiver; without a stack trace, which a transport would rightly log. */
  static final class ThrownOnPurpose extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ThrownOnPurpose() {
      super("thrown by a test's receiver on purpose", null, false, false);
    }
  }
}

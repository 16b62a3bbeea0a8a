package dev.mama.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.mama.ExperimentId;
import dev.mama.TransportException;
import dev.mama.spi.Presence;
import dev.mama.spi.Presence.State;
import dev.mama.spi.Transport;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/**
 * What {@link Transport#watchPresence} promises. That news comes twice is fine, and so is that who
 * has died comes back.
 *
 * <p>Confined to the test that extends it.
 */
public abstract class PresenceContract extends TransportFixture {

  private final Queue<Presence> news = new ConcurrentLinkedQueue<>();

  /** A process that has announced its groups. */
  protected interface Member {

    /** Its name. */
    String name();

    /** It closes its transport. */
    void leave() throws Exception;

    /** Its connection breaks without a word. */
    void die() throws Exception;

    /** It is here again, where it does not come back by itself. */
    void comeBack();
  }

  /**
   * Has a process announce {@code groups} to {@code experiment}, which {@code transport} can hear
   * of. What it opens is to be closed after the test.
   */
  protected abstract Member join(Transport transport, ExperimentId experiment, String... groups)
      throws Exception;

  @Test
  void watch_processJoinedBefore_isTold() throws Exception {
    Member process = join(transport, experiment, "g1", "g2");

    transport.watchPresence(experiment, news::add);

    await(new Presence(process.name(), Set.of("g1", "g2"), State.HERE));
  }

  @Test
  void watch_processJoinsLeavesAndDies_isToldInItsOrder() throws Exception {
    transport.watchPresence(experiment, news::add);
    Member leaving = join(transport, experiment, "g1");
    Member dying = join(transport, experiment, "g2");
    await(presence(leaving, "g1", State.HERE));
    await(presence(dying, "g2", State.HERE));

    leaving.leave();
    await(presence(leaving, "g1", State.LEFT));
    dying.die();
    await(presence(dying, "g2", State.LOST));

    assertThat(statesOf(leaving)).containsExactly(State.HERE, State.LEFT);
    assertThat(statesOf(dying)).startsWith(State.HERE, State.LOST);
  }

  @Test
  void watch_processDiesComesBackAndDiesAgain_isToldEachTime() throws Exception {
    transport.watchPresence(experiment, news::add);
    Member process = join(transport, experiment, "g1");
    await(presence(process, "g1", State.HERE));

    process.die();
    await(presence(process, "g1", State.LOST));
    process.comeBack();
    patiently().until(() -> statesOf(process).size() == 3);
    process.die();

    patiently()
        .untilAsserted(() ->
            assertThat(statesOf(process))
                .startsWith(State.HERE, State.LOST, State.HERE, State.LOST));
  }

  @Test
  void watch_twoProcessesOfOneGroup_aDeathIsOfOneOfThem() throws Exception {
    transport.watchPresence(experiment, news::add);
    Member dying = join(transport, experiment, "g1");
    Member other = join(transport, experiment, "g1");
    await(presence(other, "g1", State.HERE));

    dying.die();

    await(presence(dying, "g1", State.LOST));
    assertThat(statesOf(other)).containsOnly(State.HERE);
  }

  @Test
  void watch_anotherExperiment_isNotTold() throws Exception {
    ExperimentId another = ExperimentId.of("not-" + experiment);
    Queue<Presence> elsewhere = new ConcurrentLinkedQueue<>();
    transport.watchPresence(another, elsewhere::add);
    transport.watchPresence(experiment, news::add);

    Member process = join(transport, experiment, "g1");
    Member marker = join(transport, another, "g1");

    await(presence(process, "g1", State.HERE));
    patiently().until(() -> !elsewhere.isEmpty());
    assertThat(elsewhere).extracting(Presence::process).containsOnly(marker.name());
    assertThat(news).extracting(Presence::process).containsOnly(process.name());
  }

  @Test
  void watch_anotherWatcherThrows_isToldAllTheSame() throws Exception {
    transport.watchPresence(
        experiment,
        any -> {
          throw new ThrownOnPurpose();
        });
    transport.watchPresence(experiment, news::add);

    Member process = join(transport, experiment, "g1");
    await(presence(process, "g1", State.HERE));
    process.leave();

    await(presence(process, "g1", State.LEFT));
  }

  @Test
  void watch_afterClose_isRefused() {
    transport.close();

    assertThatExceptionOfType(TransportException.class)
        .isThrownBy(() -> transport.watchPresence(experiment, news::add))
        .withMessageContaining("closed");
  }

  private void await(Presence wanted) {
    patiently().untilAsserted(() -> assertThat(news).contains(wanted));
  }

  /** What was told of {@code process}, without repetitions in a row. */
  private List<State> statesOf(Member process) {
    var states = new ArrayList<State>();
    for (Presence each : news) {
      if (each.process().equals(process.name())
          && (states.isEmpty() || states.getLast() != each.state())) {
        states.add(each.state());
      }
    }
    return states;
  }

  private static Presence presence(Member process, String group, State state) {
    return new Presence(process.name(), Set.of(group), state);
  }
}

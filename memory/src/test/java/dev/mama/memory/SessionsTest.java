package dev.mama.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mama.AgentId;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.testkit.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Windows, summaries, expiry and bounds. */
final class SessionsTest {

  private static final AgentId AGENT = AgentId.of("helper");

  private final ManualTime time = new ManualTime();

  static ChatMessage user(String text) {
    return new ChatMessage(Role.USER, text);
  }

  private static SessionOptions options(int messages, int tokens) {
    return SessionOptions.defaults()
        .window(new WindowLimits(messages, tokens))
        .tokenCounter(text -> text.split(" ", -1).length);
  }

  private static List<String> texts(Session session) {
    return session.messages().stream().map(ChatMessage::content).toList();
  }

  @Test
  void add_moreMessagesThanTheWindow_keepsTheLatest() throws Exception {
    Session session = Sessions.of(options(3, 100), time).open("s", AGENT);
    for (String text : List.of("a", "b", "c", "d", "e")) {
      session.add(user(text));
    }
    assertThat(texts(session)).containsExactly("c", "d", "e");
    assertThat(session.tokens()).isEqualTo(3);
  }

  @Test
  void add_moreTokensThanTheWindow_keepsWhatFits() throws Exception {
    Session session = Sessions.of(options(10, 5), time).open("s", AGENT);
    session.add(user("one two"));
    session.add(user("three"));
    session.add(user("four five six"));
    assertThat(texts(session)).containsExactly("three", "four five six");
    session.add(user("1 2 3 4 5"));
    assertThat(texts(session)).containsExactly("1 2 3 4 5");
  }

  @Test
  void add_messageLargerThanTheWindow_isRefusedAndChangesNothing() throws Exception {
    Session session = Sessions.of(options(10, 3), time).open("s", AGENT);
    session.add(user("stays"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> session.add(user("far too many words")))
        .withMessageContaining("message for session 's' has 4 tokens; its window holds 3");
    assertThat(texts(session)).containsExactly("stays");
  }

  @Test
  void add_withSummariser_sumsUpWhatLeaves() throws Exception {
    Summariser joining =
        (summary, leaving) ->
            Optional.of(
                summary.map(s -> s + "+").orElse("")
                    + String.join("+", leaving.stream().map(ChatMessage::content).toList()));
    Session session = Sessions.of(options(2, 100).summariser(joining), time).open("s", AGENT);
    for (String text : List.of("a", "b", "c", "d")) {
      session.add(user(text));
    }
    assertThat(session.summary()).contains("a+b");
    assertThat(session.messages())
        .containsExactly(new ChatMessage(Role.SYSTEM, "a+b"), user("c"), user("d"));
  }

  @Test
  void add_summariserFails_callerKnowsAndNothingGrows() throws Exception {
    Summariser failing =
        (summary, leaving) -> {
          throw new IllegalStateException("the model is away");
        };
    Session session = Sessions.of(options(2, 100).summariser(failing), time).open("s", AGENT);
    session.add(user("1"));
    session.add(user("2"));
    for (int i = 3; i < 20; i++) {
      String text = "" + i;
      assertThatThrownBy(() -> session.add(user(text))).hasMessage("the model is away");
    }
    assertThat(texts(session)).containsExactly("16", "17", "18", "19");
  }

  @Test
  void open_knownSession_isTheSame() {
    var sessions = Sessions.of(SessionOptions.defaults(), time);
    Session session = sessions.open("s", AGENT);
    assertThat(sessions.open("s", AGENT)).isSameAs(session);
    assertThat(sessions.find("s")).contains(session);
    assertThat(sessions.find("t")).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.open("s", AgentId.of("another")))
        .withMessageContaining("session 's' belongs to agent 'helper'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.open("a b", AGENT))
        .withMessageContaining("session id 'a b'");
  }

  @Test
  void session_unusedForLong_expiresAndTakesNothing() throws Exception {
    var sessions = Sessions.of(SessionOptions.defaults().expireAfter(Duration.ofMinutes(10)), time);
    Session idle = sessions.open("idle", AGENT);
    Session busy = sessions.open("busy", AGENT);
    for (int i = 0; i < 4; i++) {
      time.advance(Duration.ofMinutes(4));
      busy.add(user("still here"));
    }
    assertThat(sessions.size()).isEqualTo(1);
    assertThat(idle.hasEnded()).isTrue();
    assertThatIllegalStateException()
        .isThrownBy(() -> idle.add(user("too late")))
        .withMessageContaining("session 'idle' has ended");
    assertThat(sessions.open("idle", AGENT)).isNotSameAs(idle);
    assertThat(busy.messages()).hasSize(4);
  }

  @Test
  void open_moreThanTheBound_endsTheOneUsedLongestAgo() throws Exception {
    var sessions = Sessions.of(SessionOptions.defaults().maxSessions(3), time);
    Session first = sessions.open("1", AGENT);
    Session second = sessions.open("2", AGENT);
    sessions.open("3", AGENT);
    first.add(user("used"));
    sessions.open("4", AGENT);
    assertThat(second.hasEnded()).isTrue();
    assertThat(first.hasEnded()).isFalse();
    assertThat(sessions.size()).isEqualTo(3);
  }

  @Test
  void tensOfThousandsOfSessions_stayWithinTheirBound() throws Exception {
    var sessions = Sessions.of(SessionOptions.defaults().maxSessions(20_000), time);
    for (int i = 0; i < 50_000; i++) {
      sessions.open("s" + i, AGENT).add(user("hello"));
    }
    assertThat(sessions.size()).isEqualTo(20_000);
    assertThat(sessions.find("s29999")).isEmpty();
    assertThat(sessions.find("s30000")).isPresent();
  }

  @Test
  void addAll_manySessions_reachesEach() throws Exception {
    var sessions = Sessions.of(SessionOptions.defaults(), time);
    sessions.open("a", AGENT);
    sessions.open("b", AGENT);
    sessions.addAll(Map.of("a", List.of(user("1"), user("2")), "b", List.of(user("3"))));
    assertThat(sessions.messages(List.of("a", "b", "c")))
        .isEqualTo(Map.of("a", List.of(user("1"), user("2")), "b", List.of(user("3"))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> sessions.addAll(Map.of("a", List.of(user("x")), "none", List.of())))
        .withMessageContaining("session 'none' is not open");
    assertThat(sessions.messages(List.of("a")).get("a")).hasSize(2);
  }

  @Test
  void end_session_isOver() throws Exception {
    var sessions = Sessions.of(SessionOptions.defaults(), time);
    Session session = sessions.open("s", AGENT);
    assertThat(sessions.end("s")).isTrue();
    assertThat(sessions.end("s")).isFalse();
    assertThat(session.hasEnded()).isTrue();
  }

  @Test
  void add_manyThreads_losesNothing() throws Exception {
    var sessions =
        Sessions.of(SessionOptions.defaults().window(new WindowLimits(10_000, 1_000_000)), time);
    Session session = sessions.open("s", AGENT);
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 1_000; i++) {
                  try {
                    session.add(user("m"));
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(session.messages()).hasSize(4_000);
  }

  @Test
  void options_outOfRange_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new WindowLimits(0, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> SessionOptions.defaults().maxSessions(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SessionOptions.defaults().expireAfter(Duration.ZERO));
  }
}

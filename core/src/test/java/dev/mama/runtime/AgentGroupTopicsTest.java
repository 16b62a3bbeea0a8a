package dev.mama.runtime;

import static dev.mama.runtime.Words.EXPERIMENT;
import static dev.mama.runtime.Words.LONG;
import static dev.mama.runtime.Words.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mama.Agent;
import dev.mama.AgentContext;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.TransportException;
import dev.mama.spi.Envelope;
import dev.mama.spi.Transport;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AgentGroupTopicsTest {

  private record Command(String verb, String text) {}

  private record Reached(int here) {}

  /** Does what it is told, and keeps what it hears. */
  private static final class Member implements Agent {
    final Queue<String> heard = new ConcurrentLinkedQueue<>();

    @Override
    public void onMessage(Message message, AgentContext context) throws InterruptedException {
      if (message.payload().type().equals("Text")) {
        heard.add(message.from() + ": " + message.payload().as(Payload.Text.class).text());
        return;
      }
      Command command = message.payload().as(Command.class);
      int here = 0;
      switch (command.verb()) {
        case "join" -> context.join(command.text());
        case "leave" -> context.leave(command.text());
        default -> here = context.publish("news", Payload.text(command.text()));
      }
      context.reply(Payload.of(new Reached(here)));
    }
  }

  /** Delivers what is published twice, and counts who listens. */
  private static final class Stammering implements Transport {
    private final Transport inner = InMemoryTransport.open();
    final List<String> topics = new ArrayList<>(); // by the monitor
    volatile boolean refuses;

    @Override
    public String name() {
      return "stammering";
    }

    @Override
    public void subscribe(
        ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
        throws InterruptedException {
      inner.subscribe(experiment, agents, receiver);
    }

    @Override
    public void unsubscribe(
        ExperimentId experiment, Collection<AgentId> agents, Consumer<Envelope> receiver)
        throws InterruptedException {
      inner.unsubscribe(experiment, agents, receiver);
    }

    @Override
    public void send(Envelope envelope) throws InterruptedException {
      inner.send(envelope);
    }

    @Override
    public void subscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
        throws InterruptedException {
      if (refuses) {
        throw new TransportException("no more topics", new IOException("full"));
      }
      inner.subscribeTopic(experiment, topic, receiver);
      synchronized (this) {
        topics.add(topic);
      }
    }

    @Override
    public void unsubscribeTopic(ExperimentId experiment, String topic, Consumer<Envelope> receiver)
        throws InterruptedException {
      inner.unsubscribeTopic(experiment, topic, receiver);
      synchronized (this) {
        topics.remove(topic);
      }
    }

    @Override
    public void publish(Envelope envelope) throws InterruptedException {
      inner.publish(envelope);
      inner.publish(envelope);
    }

    synchronized List<String> topics() {
      return List.copyOf(topics);
    }

    @Override
    public void close() {
      inner.close();
    }
  }

  private static Member start(AgentGroup group, String name) throws InterruptedException {
    var member = new Member();
    group.define(AgentType.of("member-" + name, () -> member));
    group.start(id(name), "member-" + name);
    return member;
  }

  private static int tell(Sender client, String agent, String verb, String text)
      throws InterruptedException {
    return client
        .ask(id(agent), Payload.of(new Command(verb, text)), LONG)
        .as(Reached.class)
        .here();
  }

  @Test
  void publish_reachesMembersButNotItselfAndNotThoseWhoLeft() throws Exception {
    try (var group = AgentGroup.builder(EXPERIMENT).build()) {
      Member first = start(group, "first");
      Member second = start(group, "second");
      Member third = start(group, "third");
      Sender client = group.client("client");
      for (String name : List.of("first", "second", "third")) {
        tell(client, name, "join", "news");
      }
      tell(client, "second", "leave", "news");
      assertThat(tell(client, "first", "publish", "hear")).isEqualTo(1);
      await().atMost(LONG).until(() -> third.heard.contains("first: hear"));
      assertThat(first.heard).isEmpty();
      assertThat(second.heard).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Routing.class)
  void publish_membersInTwoGroups_eachHearsItOnce(Routing routing) throws Exception {
    try (var transport = new Stammering();
        var here =
            AgentGroup.builder(EXPERIMENT)
                .name("here")
                .routing(routing)
                .transport(transport)
                .build();
        var there =
            AgentGroup.builder(EXPERIMENT)
                .name("there")
                .routing(routing)
                .transport(transport)
                .build()) {
      Member speaker = start(here, "speaker");
      Member near = start(here, "near");
      Member far = start(there, "far");
      Member stranger = start(there, "stranger");
      Sender client = here.client("client");
      for (String name : List.of("speaker", "near", "far")) {
        tell(client, name, "join", "news");
      }
      int direct = tell(client, "speaker", "publish", "one");
      tell(client, "speaker", "publish", "two");
      await().atMost(LONG).until(() -> far.heard.size() >= 2 && near.heard.size() >= 2);
      assertThat(direct).isEqualTo(routing == Routing.LOCAL_FIRST ? 1 : 0);
      tell(client, "speaker", "publish", "end"); // what came twice has come before this
      await()
          .atMost(LONG)
          .until(() -> far.heard.contains("speaker: end") && near.heard.contains("speaker: end"));
      assertThat(far.heard)
          .containsExactlyInAnyOrder("speaker: one", "speaker: two", "speaker: end");
      assertThat(near.heard)
          .containsExactlyInAnyOrder("speaker: one", "speaker: two", "speaker: end");
      assertThat(speaker.heard).isEmpty();
      assertThat(stranger.heard).isEmpty();
    }
  }

  @Test
  void transport_hearsOfATopicWhileItHasMembers() throws Exception {
    try (var transport = new Stammering()) {
      try (var group = AgentGroup.builder(EXPERIMENT).transport(transport).build()) {
        start(group, "first");
        start(group, "second");
        Sender client = group.client("client");
        tell(client, "first", "join", "news");
        tell(client, "second", "join", "news");
        assertThat(transport.topics()).containsExactly("news");
        tell(client, "first", "leave", "news");
        assertThat(transport.topics()).containsExactly("news");
        tell(client, "second", "leave", "news");
        assertThat(transport.topics()).isEmpty();
        tell(client, "first", "join", "weather");
      }
      assertThat(transport.topics()).isEmpty();
    }
  }

  @Test
  void join_transportRefuses_isNoMember() throws Exception {
    try (var transport = new Stammering();
        var group = AgentGroup.builder(EXPERIMENT).transport(transport).build()) {
      transport.refuses = true;
      Member first = start(group, "first");
      start(group, "second");
      Sender client = group.client("client");
      assertThatThrownBy(() -> tell(client, "first", "join", "news"))
          .isInstanceOf(AgentFailedException.class)
          .hasMessageContaining("no more topics");
      assertThat(tell(client, "second", "publish", "hear")).isZero();
      assertThat(first.heard).isEmpty();
    }
  }

  @Test
  void join_badName_namesIt() throws Exception {
    try (var group = AgentGroup.builder(EXPERIMENT).build()) {
      start(group, "first");
      Sender client = group.client("client");
      assertThatThrownBy(() -> tell(client, "first", "join", "a/b"))
          .isInstanceOf(AgentFailedException.class)
          .hasMessageContaining("'a/b'");
    }
  }
}

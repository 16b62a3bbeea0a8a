package dev.mama.bench.stress;

import static dev.mama.bench.stress.ServerDrills.EXPERIMENT;
import static dev.mama.bench.stress.ServerDrills.PATIENCE;
import static dev.mama.bench.stress.ServerDrills.SHORT;
import static dev.mama.bench.stress.ServerDrills.drill;
import static dev.mama.bench.stress.ServerDrills.group;
import static dev.mama.bench.stress.ServerDrills.others;
import static dev.mama.bench.stress.ServerDrills.told;

import dev.mama.Agent;
import dev.mama.AgentFailedException;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.AskTimeoutException;
import dev.mama.Delivery;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.runtime.AgentGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** What goes wrong with agents, one after another, and whether what comes of it is what should. */
final class AgentDrills {

  private static final int MAILBOX = 16;

  private AgentDrills() {}

  /** Those in which an agent fails; they need no servers, and take about a second. */
  static List<Drill> all() throws InterruptedException {
    var drills = new ArrayList<Drill>();
    drills.add(drill("agent-throws", "asker told, then answered", AgentDrills::agentThrows));
    drills.add(drill("agent-slow", "timed out, other agents answer", AgentDrills::agentSlow));
    drills.add(drill("mailbox-full", "16 taken, 4 refused, 16 handled", AgentDrills::mailboxFull));
    drills.add(drill("message-unreadable", "asker told, then answered", AgentDrills::unreadable));
    drills.add(
        drill("agents-ask-in-a-circle", "refused at once with the path", AgentDrills::circle));
    return drills;
  }

  private static String agentThrows() throws Exception {
    try (var group = group(null)) {
      Sender client = group.client("me");
      return told(client, "thrower", "throw") + ", then " + told(client, "thrower", "hello");
    }
  }

  private static String unreadable() throws Exception {
    record Strange(int number) {}
    try (var group = group(null)) {
      Sender client = group.client("me");
      String first;
      try {
        client.ask(AgentId.of("thrower"), Payload.of(new Strange(1)), PATIENCE);
        first = "answered";
      } catch (AgentFailedException e) {
        first = "asker told";
      }
      return first + ", then " + told(client, "thrower", "hello");
    }
  }

  private static String agentSlow() throws Exception {
    try (var group = group(null)) {
      String asked;
      try {
        group.client("me").ask(AgentId.of("sleeper"), Payload.text("hello"), SHORT);
        asked = "answered";
      } catch (AskTimeoutException e) {
        asked = "timed out";
      }
      return asked + ", " + others(group);
    }
  }

  private static String mailboxFull() throws Exception {
    var busy = new CountDownLatch(1);
    var go = new CountDownLatch(1);
    var handled = new AtomicInteger();
    int taken = 0;
    int refused = 0;
    try (var group = AgentGroup.builder(EXPERIMENT).mailboxCapacity(MAILBOX).build()) {
      group.define(
          AgentType.of(
              "stuck",
              () ->
                  (message, context) -> {
                    busy.countDown();
                    go.await();
                    handled.incrementAndGet();
                  }));
      var stuck = AgentId.of("stuck");
      group.start(stuck, "stuck");
      Sender client = group.client("me");
      client.send(stuck, Payload.text("first"));
      busy.await();
      for (int i = 0; i < MAILBOX + 4; i++) {
        if (client.trySend(stuck, Payload.text("next")) instanceof Delivery.Accepted) {
          taken++;
        } else {
          refused++;
        }
      }
      go.countDown();
    }
    return "%d taken, %d refused, %d handled".formatted(taken, refused, handled.get() - 1);
  }

  private static String circle() throws Exception {
    try (var group = AgentGroup.builder(EXPERIMENT).build()) {
      group.define(AgentType.perId("asker", AgentDrills::askOther));
      group.startAll(List.of(AgentId.of("a"), AgentId.of("b")), "asker");
      try {
        group.client("me").ask(AgentId.of("a"), Payload.text("hello"), PATIENCE);
        return "answered";
      } catch (AgentFailedException e) {
        String message = String.valueOf(e.getMessage());
        return message.contains("ask would wait for itself")
            ? "refused at once with the path"
            : message;
      }
    }
  }

  private static Agent askOther(AgentId self) {
    var other = AgentId.of(self.value().equals("a") ? "b" : "a");
    return (message, context) -> context.reply(context.ask(other, message.payload(), PATIENCE));
  }
}

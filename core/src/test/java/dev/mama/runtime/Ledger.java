package dev.mama.runtime;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A durable agent for tests: keeps the numbers it was sent, and does what a message says. */
final class Ledger implements DurableAgent<Ledger.Book> {

  static final ExperimentId EXPERIMENT = ExperimentId.of("durable-test");

  record Book(List<Integer> numbers) {}

  /** To be kept, and passed on to {@code to}, unless that is empty. */
  record Entry(int number, String to) {}

  /** To be answered with the book. */
  record Show() {}

  /** To be kept, passed on, and then failed on. */
  record Fail(int number, String to) {}

  /** Turns that were begun, by agent. */
  static final Map<AgentId, List<Integer>> BEGUN = new ConcurrentHashMap<>();

  private final AgentId id;
  private final List<Integer> numbers = new ArrayList<>();

  Ledger(AgentId id) {
    this.id = id;
  }

  static AgentType type() {
    return AgentType.durablePerId("ledger", Book.class, Ledger::new);
  }

  static AgentGroupBuilder group(Path folder) {
    return AgentGroup.builder(EXPERIMENT).durable(Durability.in(folder));
  }

  /** An open group in {@code folder}, resumed. */
  static AgentGroup open(Path folder) throws InterruptedException {
    AgentGroup group = group(folder).build();
    group.define(type());
    var unused = group.resume();
    return group;
  }

  static List<Integer> begun(AgentId agent) {
    return BEGUN.computeIfAbsent(agent, id -> new CopyOnWriteArrayList<>());
  }

  static List<Integer> numbers(AgentGroup group, AgentId agent) throws InterruptedException {
    return group
        .client("asker-" + System.nanoTime())
        .ask(agent, Payload.of(new Show()), Words.LONG)
        .as(Book.class)
        .numbers();
  }

  @Override
  public Book state() {
    return new Book(numbers); // not copied: the runtime must not mind
  }

  @Override
  public void restore(Book book) {
    numbers.addAll(book.numbers());
  }

  @Override
  public void onMessage(Message message, AgentContext context) throws Exception {
    switch (message.payload().type()) {
      case "Entry" -> {
        Entry entry = message.payload().as(Entry.class);
        note(entry.number());
        passOn(entry.number(), entry.to(), context);
      }
      case "Fail" -> {
        Fail fail = message.payload().as(Fail.class);
        note(fail.number());
        passOn(fail.number(), fail.to(), context);
        throw new IllegalStateException("as told");
      }
      default -> context.reply(Payload.of(state()));
    }
  }

  private void note(int number) {
    begun(id).add(number);
    numbers.add(number);
  }

  private static void passOn(int number, String to, AgentContext context)
      throws InterruptedException {
    if (!to.isEmpty()) {
      context.send(AgentId.of(to), Payload.of(new Entry(number, "")));
    }
  }
}

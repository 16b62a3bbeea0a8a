package dev.mama.cli;

import dev.mama.MamaException;
import dev.mama.Payload;
import dev.mama.Sender;
import dev.mama.runtime.AgentGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks agents that live in memory to do their tasks, so many of a group at a time. */
final class AskedTasks implements Course {

  private static final int MOST_PROBLEMS = 100;

  private final List<AgentGroup> groups;
  private final List<List<Assignment>> work;
  private final int atOnce;
  private final Interruption interruption;
  private final Bar bar;
  private final int tasks;
  private final AtomicInteger done = new AtomicInteger();
  private final AtomicInteger answered = new AtomicInteger();
  private final List<String> problems = new ArrayList<>(); // by its monitor

  /**
   * @param work of each group
   * @param atOnce tasks under way in a group at a time
   */
  AskedTasks(
      List<AgentGroup> groups,
      List<List<Assignment>> work,
      int atOnce,
      Interruption interruption,
      Bar bar) {
    this.groups = groups;
    this.work = work;
    this.atOnce = atOnce;
    this.interruption = interruption;
    this.bar = bar;
    this.tasks = work.stream().mapToInt(List::size).sum();
  }

  @Override
  public Result run() throws InterruptedException {
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < groups.size(); i++) {
      Sender client = groups.get(i).client("tasks-" + groups.get(i).name());
      Queue<Assignment> queue = new ConcurrentLinkedQueue<>(work.get(i));
      int workers = Math.min(atOnce, queue.size());
      for (int w = 0; w < workers; w++) {
        threads.add(Thread.ofVirtual().start(() -> work(client, queue)));
      }
    }
    for (Thread thread : threads) {
      thread.join();
    }
    synchronized (problems) {
      return Result.ofTasks(tasks, answered.get(), List.copyOf(problems));
    }
  }

  private void work(Sender client, Queue<Assignment> queue) {
    try {
      for (Assignment next = queue.poll();
          next != null && !interruption.wished();
          next = queue.poll()) {
        try {
          var unused = client.ask(next.agent(), Payload.of(next.task()), TaskGiver.PATIENCE);
          answered.incrementAndGet();
        } catch (MamaException e) {
          problem(
              "task %d of '%s': %s".formatted(next.task().number(), next.agent(), e.getMessage()));
        }
        bar.at(done.incrementAndGet(), tasks, "tasks done");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void problem(String what) {
    synchronized (problems) {
      if (problems.size() < MOST_PROBLEMS) {
        problems.add(what);
      }
    }
  }
}

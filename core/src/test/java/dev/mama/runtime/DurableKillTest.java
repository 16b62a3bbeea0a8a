package dev.mama.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mama.AgentContext;
import dev.mama.AgentId;
import dev.mama.AgentType;
import dev.mama.DurableAgent;
import dev.mama.ExperimentId;
import dev.mama.Message;
import dev.mama.Payload;
import dev.mama.journal.Grade;
import java.io.BufferedReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process is killed again and again in the middle of its run, and in the end every agent is as if
 * it never had been. {@code -Dmama.kill.messages=100000 -Dmama.kill.kills=20} for the long form.
 */
@Timeout(value = 9, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableKillTest {

  private static final int MESSAGES = Integer.getInteger("mama.kill.messages", 4_000);
  private static final int KILLS = Integer.getInteger("mama.kill.kills", 3);
  private static final int AGENTS = 50;
  private static final int CHAINS = 20;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  @TempDir Path folder;

  /** A token that has so many hops left, and where it has been, as a hash. */
  record Token(int chain, int left, long path) {}

  /**
   * What came, per chain: how many tokens and a hash of them in order; and of all, how many.
   *
   * @param alarms how often a message to itself has come, of those it scheduled
   */
  record Seen(TreeMap<Integer, Long> byChain, long turns, long alarms) {}

  /** Passes tokens on; where to follows from the token, so that every run must go the same way. */
  static final class Passer implements DurableAgent<Seen> {
    private TreeMap<Integer, Long> byChain = new TreeMap<>();
    private long turns;
    private long alarms;

    @Override
    public Seen state() {
      return new Seen(byChain, turns, alarms);
    }

    @Override
    public void restore(Seen seen) {
      byChain = new TreeMap<>(seen.byChain());
      turns = seen.turns();
      alarms = seen.alarms();
    }

    @Override
    public void onMessage(Message message, AgentContext context) throws Exception {
      switch (message.payload().type()) {
        case "Token" -> {
          Token token = message.payload().as(Token.class);
          turns++;
          byChain.merge(token.chain(), hash(token), (before, now) -> before * 31 + now);
          if (token.left() > 0) {
            long path = token.path() * 0x9e3779b97f4a7c15L + token.left();
            context.send(
                agent(Math.floorMod(path ^ (path >>> 29), AGENTS)),
                Payload.of(new Token(token.chain(), token.left() - 1, path)));
          }
          if (token.left() % 16 == 0) {
            var unused = context.schedule(Duration.ofMillis(20), Payload.text("alarm"));
          }
        }
        case "Text" -> alarms++;
        default -> {
          context.reply(Payload.of(state()));
          return; // a look at it is no turn
        }
      }
      TURNS.one();
    }

    private static long hash(Token token) {
      return token.path() * 0x9e3779b97f4a7c15L + token.left() + 1;
    }
  }

  private static AgentId agent(int number) {
    return AgentId.of("agent-" + number);
  }

  /** Turns of this process' agents; whoever waits for what they do waits here. */
  private static final class Turns {
    private long begun; // by the monitor

    synchronized long begun() {
      return begun;
    }

    synchronized void one() {
      begun++;
      notifyAll();
    }

    synchronized void awaitMoreThan(long count) throws InterruptedException {
      while (begun <= count) {
        wait();
      }
    }
  }

  private static final Turns TURNS = new Turns();

  /**
   * The process that is killed. Arguments: folder, grade, messages in all. Says a line for each
   * turn, and ends when whoever started it does.
   */
  public static final class Child {
    private Child() {}

    public static void main(String[] arguments) throws Exception {
      Thread.ofPlatform().daemon().start(Child::tell);
      try (var group = open(Path.of(arguments[0]), Grade.valueOf(arguments[1]))) {
        begin(group, Integer.parseInt(arguments[2]));
        var unused = System.in.readAllBytes();
      }
    }

    private static void tell() {
      try {
        for (long told = 0; true; told++) {
          TURNS.awaitMoreThan(told);
          System.out.println("turn");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static AgentGroup open(Path folder, Grade grade) {
    AgentGroup group =
        AgentGroup.builder(ExperimentId.of("killed"))
            .durable(Durability.in(folder).grade(grade).loadedAgents(AGENTS / 2))
            .drainTimeout(PATIENCE)
            .build();
    group.define(AgentType.durable("passer", Seen.class, Passer::new));
    return group;
  }

  /** Goes on, or begins: one token for each chain. */
  private static void begin(AgentGroup group, int messages) throws InterruptedException {
    if (group.resume().agents() == 0) {
      List<AgentId> ids = new ArrayList<>();
      for (int i = 0; i < AGENTS; i++) {
        ids.add(agent(i));
      }
      group.startAll(ids, "passer");
    }
    // The application's own part runs again too; what it has sent before it must know by itself.
    var client = group.client("client");
    for (int chain = 0; chain < CHAINS; chain++) {
      AgentId first = agent(chain % AGENTS);
      if (!seen(client, first).byChain().containsKey(chain)) {
        client.send(first, Payload.of(new Token(chain, messages / CHAINS, chain)));
      }
    }
  }

  private static Seen seen(dev.mama.Sender sender, AgentId agent) throws InterruptedException {
    return sender.ask(agent, Payload.of(new Words.Go()), PATIENCE).as(Seen.class);
  }

  @ParameterizedTest
  @EnumSource(Grade.class)
  void run_killedAtRandomPoints_endsAsOneThatWasNot(Grade grade) throws Exception {
    int messages = grade == Grade.JOURNALLED ? MESSAGES : MESSAGES / 4;
    int kills = grade == Grade.JOURNALLED ? KILLS : 1;
    List<Seen> undisturbed = end(folder.resolve("whole"), grade, messages);

    Path killed = folder.resolve("killed");
    var random = new Random(grade.name().hashCode());
    int part = messages / (kills + 1); // so that the last one is killed before its end, too
    for (int kill = 1; kill <= kills; kill++) {
      killAfter(part / 2 + random.nextInt(part / 2), killed, grade, messages);
    }
    List<Seen> resumed = end(killed, grade, messages);

    assertThat(resumed).isEqualTo(undisturbed);
    assertThat(undisturbed.stream().mapToLong(Seen::turns).sum())
        .isEqualTo((long) CHAINS * (messages / CHAINS + 1));
  }

  /** Runs to the end, and tells how every agent is then. */
  private static List<Seen> end(Path folder, Grade grade, int messages) throws Exception {
    try (var group = open(folder, grade)) {
      begin(group, messages);
      long tokens = (long) CHAINS * (messages / CHAINS + 1);
      long alarms = (long) CHAINS * (messages / CHAINS / 16 + 1);
      var client = group.client("end");
      while (true) {
        long begun = TURNS.begun();
        List<Seen> all = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
          all.add(seen(client, agent(i)));
        }
        if (all.stream().mapToLong(Seen::turns).sum() >= tokens
            && all.stream().mapToLong(Seen::alarms).sum() >= alarms) {
          return all;
        }
        TURNS.awaitMoreThan(begun);
      }
    }
  }

  private static void killAfter(int turns, Path folder, Grade grade, int messages)
      throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                folder.toString(),
                grade.name(),
                Integer.toString(messages))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (int turn = 0; turn < turns; turn++) {
        assertThat(output.readLine()).as("turn %d", turn).isEqualTo("turn");
      }
    } finally {
      boolean alive = process.isAlive();
      process.destroyForcibly();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(alive).as("killed before its end").isTrue();
    }
  }
}

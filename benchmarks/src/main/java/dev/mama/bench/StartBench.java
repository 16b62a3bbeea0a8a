package dev.mama.bench;

import dev.mama.bench.StartChild.Opened;
import dev.mama.bench.StartPart.Places;
import dev.mama.embedded.RunFolder;
import dev.mama.mqtt.MqttBroker;
import dev.mama.pg.PgDatabase;
import dev.mama.pg.PgEventLog;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * How long does a process take to open what it needs, for the first time, again, and ten at once,
 * and what does {@code AgentGroup.warmUp} save the first need? Each first time is that of a new
 * process.
 */
final class StartBench implements Bench {

  private static final int AT_ONCE = 10;
  private static final int ITEMS = 1_000;

  @Override
  public String name() {
    return "start";
  }

  @Override
  public String question() {
    return "How long does a process take to open what it needs, and what does warming up save?";
  }

  @Override
  public List<Figure> run(Options options, Progress progress) throws InterruptedException {
    if (options.size() == Size.SMOKE) {
      return smoke(progress);
    }
    int rounds = options.size().of(5, 1, 1);
    int needs = options.size().of(9, 2, 2);
    int steps = StartPart.values().length + 2;
    progress.at(0, steps, "servers");
    try (var servers = RealServers.open(call -> Answer.text("Field: anything\nYes."))) {
      Places places = places(servers);
      PgEventLog.open(servers.database()).close(); // makes the tables
      for (StartPart part : StartPart.values()) {
        for (int i = 0; i < AT_ONCE; i++) {
          part.fill(places, i, ITEMS);
        }
      }
      var figures = new ArrayList<Figure>();
      int done = 1;
      for (StartPart part : StartPart.values()) {
        progress.at(done++, steps, part.word());
        var opened = new ArrayList<Opened>();
        for (int i = 0; i < rounds; i++) {
          opened.add(Opened.of(StartChild.ask(part.word(), places)));
        }
        figures.addAll(figures(part, opened));
      }
      progress.at(done, steps, "first need");
      figures.addAll(needs(places, needs));
      progress.at(steps, steps, "done");
      return figures;
    }
  }

  /** What needs no server, in this process: not the first time that it is opened there. */
  private static List<Figure> smoke(Progress progress) throws InterruptedException {
    List<StartPart> parts = List.of(StartPart.MEMORY, StartPart.REGISTRY, StartPart.GROUP);
    try (var folder = RunFolder.open("start")) {
      var places = new Places("none", "none", "none", "none", "none", folder.path());
      var figures = new ArrayList<Figure>();
      for (StartPart part : parts) {
        progress.at(parts.indexOf(part), parts.size(), part.word());
        for (int i = 0; i < AT_ONCE; i++) {
          part.fill(places, i, AT_ONCE);
        }
        figures.addAll(figures(part, List.of(StartChild.opened(part, places))));
      }
      progress.at(parts.size(), parts.size(), "done");
      return figures;
    } catch (InterruptedException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException("the start bench failed: " + e.getMessage(), e);
    }
  }

  private static Places places(RealServers servers) {
    MqttBroker broker = servers.broker();
    PgDatabase database = servers.database();
    return new Places(
        servers.model().baseUrl().toString(),
        "mqtt://%s:%d".formatted(broker.host(), broker.port()),
        database.jdbcUrl(),
        database.user(),
        database.password(),
        servers.folder("start"));
  }

  /** What opening {@code part} took, in processes that had not opened it before. */
  private static List<Figure> figures(StartPart part, List<Opened> opened) {
    String name = "start." + part.word();
    return List.of(
        median(name + ".millis", opened, Opened::coldNanos, 1e6, "ms"),
        median(name + ".warm.millis", opened, Opened::warmNanos, 1e6, "ms"),
        median(name + ".ten.millis", opened, Opened::tenNanos, 1e6, "ms"),
        median(name + ".heap", opened, Opened::coldBytes, 1, "bytes"),
        median(name + ".ten.heap", opened, Opened::warmBytes, 1, "bytes"));
  }

  private static <T> Figure median(
      String name, List<T> all, ToLongFunction<T> value, double divisor, String unit) {
    var samples = new Samples();
    all.stream().mapToLong(value).forEach(samples::add);
    return Figure.of(name, samples.quantile(0.5) / divisor, unit, all.size());
  }

  private static List<Figure> needs(Places places, int count) throws InterruptedException {
    var cold = new Samples();
    var warmed = new Samples();
    var all = new ArrayList<List<Long>>();
    for (int i = 0; i < count; i++) {
      cold.add(StartChild.ask(StartChild.COLD_NEED, places).getFirst());
      List<Long> numbers = StartChild.ask(StartChild.WARMED_NEED, places);
      warmed.add(numbers.getFirst());
      all.add(numbers);
    }
    var figures = new ArrayList<Figure>();
    figures.add(Figure.of("start.first-need.millis", cold.quantile(0.5) / 1e6, "ms", count));
    figures.add(
        Figure.of("start.first-need.warmed.millis", warmed.quantile(0.5) / 1e6, "ms", count));
    figures.add(warmed.over(cold, "start.first-need.warmed-over-cold"));
    List<String> parts = List.of("llm", "encoder", "agent");
    for (int i = 0; i < parts.size(); i++) {
      int place = i + 1;
      figures.add(
          median(
              "start.warm-up.%s.millis".formatted(parts.get(i)),
              all,
              numbers -> numbers.get(place),
              1e6,
              "ms"));
    }
    return figures;
  }
}

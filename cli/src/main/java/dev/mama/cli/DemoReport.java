package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.Event;
import dev.mama.ExperimentId;
import dev.mama.bench.Figure;
import dev.mama.bench.Samples;
import dev.mama.cli.Demo.Input;
import dev.mama.examples.Needs.LabelledNeed;
import dev.mama.examples.Requester.Served;
import dev.mama.matching.ExactAgentIndex;
import dev.mama.spi.AgentIndex.Match;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;

/** What the demo found: counted at the other end, wherever there is one. */
final class DemoReport {

  private final Input input;
  private final List<Served> served;
  private final List<String> unanswered;
  private final List<Figure> figures = new ArrayList<>();
  private final Map<String, Object> more = new LinkedHashMap<>();
  private final boolean allWell;

  DemoReport(
      Input input,
      DemoServers servers,
      AcceptedIds accepted,
      ExactAgentIndex index,
      String policy,
      ExperimentId experiment,
      List<Served> served,
      List<String> unanswered,
      int asked,
      boolean interrupted)
      throws InterruptedException {
    this.input = input;
    this.served = served;
    this.unanswered = unanswered;
    long answered = served.stream().filter(Served::answered).count();
    figures.add(Figure.of("demo.needs.asked", asked, "count", asked));
    figures.add(
        Figure.of("demo.needs.answered", (double) answered, "count", asked)
            .exactly(input.needs().size()));
    match(servers, index);
    long missing = rows(servers, accepted, experiment);
    connections(servers);
    stage("demo.encode", Served::encodeNanos);
    stage("demo.scan", Served::scanNanos);
    stage("demo.decide", Served::decideNanos);
    stage("demo.mqtt", Served::wireNanos);
    stage("demo.llm", Served::chatNanos);
    stage("demo.total", Served::totalNanos);
    model(servers.meters);
    more.put("experiment", experiment.value());
    more.put("agents", input.cards().size());
    more.put("interrupted", interrupted);
    more.put("encoder", servers.encoder.name());
    more.put("transport", servers.transport.name());
    more.put("eventLog", servers.log.name());
    more.put(
        "model",
        servers.modelIsScripted()
            ? "scripted: a fake with hidden skills, no language model"
            : servers.model.name());
    more.put("policy", policy);
    more.put("trace", trace(servers, experiment));
    more.put("unanswered", unanswered);
    allWell = answered == input.needs().size() && missing == 0;
  }

  List<Figure> figures() {
    return figures;
  }

  Map<String, Object> more() {
    return more;
  }

  /** Whether every need was answered and every accepted row is in the database. */
  boolean allWell() {
    return allWell;
  }

  /** What the model's client counted: calls, waits, tokens as served. */
  private void model(MeterRegistry meters) {
    long answers = meters.get("mama.llm.wire").timer().count();
    double failures = count(meters, "mama.llm.failures");
    double retries = count(meters, "mama.llm.retries");
    figures.add(Figure.of("demo.llm.attempts", answers + failures, "count", answers));
    figures.add(Figure.of("demo.llm.retries", retries, "count", answers));
    double waited = meters.get("mama.llm.admission.wait").timer().mean(TimeUnit.MILLISECONDS);
    figures.add(Figure.of("demo.llm.queued.mean", waited, "ms", answers));
    for (String kind : List.of("prompt", "completion")) {
      double tokens = meters.get("mama.llm.tokens").tag("kind", kind).counter().count();
      figures.add(Figure.of("demo.llm.tokens." + kind, tokens, "count", answers));
    }
  }

  private static double count(MeterRegistry meters, String name) {
    return meters.get(name).counters().stream().mapToDouble(Counter::count).sum();
  }

  /** Accuracy of the match alone: distinct specialties in rank order, against the expected one. */
  private void match(DemoServers servers, ExactAgentIndex index) throws InterruptedException {
    List<LabelledNeed> labelled =
        input.needs().stream().filter(need -> need.specialty().isPresent()).toList();
    if (labelled.isEmpty()) {
      return;
    }
    Map<AgentId, String> specialties = new HashMap<>();
    for (AgentCard card : input.cards()) {
      specialties.put(card.agent(), card.specialty());
    }
    float[][] vectors =
        servers.encoder.encode(labelled.stream().map(need -> need.need().text()).toList());
    double first = 0;
    double amongFive = 0;
    double reciprocal = 0;
    for (int i = 0; i < vectors.length; i++) {
      Set<String> ranked = new LinkedHashSet<>();
      for (Match match : index.topK(vectors[i], index.size())) {
        ranked.add(specialties.getOrDefault(match.agent(), ""));
      }
      int rank = List.copyOf(ranked).indexOf(labelled.get(i).specialty().orElseThrow()) + 1;
      first += rank == 1 ? 1 : 0;
      amongFive += rank >= 1 && rank <= 5 ? 1 : 0;
      reciprocal += rank >= 1 ? 1.0 / rank : 0;
    }
    int n = labelled.size();
    figures.add(Figure.of("demo.match.top1", first / n, "share", n));
    figures.add(Figure.of("demo.match.top5", amongFive / n, "share", n).atLeast(0.9));
    figures.add(Figure.of("demo.match.mrr", reciprocal / n, "share", n));
  }

  /** Counts rows in the database and looks for each accepted one by its id. */
  private long rows(DemoServers servers, AcceptedIds accepted, ExperimentId experiment)
      throws InterruptedException {
    Map<String, Set<UUID>> ids = accepted.byTable();
    Set<UUID> found = servers.log.ids(experiment);
    servers
        .log
        .countRows(experiment)
        .forEach((table, rows) ->
            figures.add(
                Figure.of("demo.rows." + table, rows, "count", rows)
                    .exactly(ids.getOrDefault(table, Set.of()).size())));
    long missing =
        ids.values().stream().flatMap(Set::stream).filter(id -> !found.contains(id)).count();
    long acceptedRows = ids.values().stream().mapToLong(Set::size).sum();
    figures.add(Figure.of("demo.rows.missing", (double) missing, "count", acceptedRows).exactly(0));
    return missing;
  }

  private void connections(DemoServers servers) throws InterruptedException {
    figures.add(
        Figure.of("demo.connections.broker", (double) servers.brokerConnections(), "count", 1)
            .atMost(1));
    servers
        .modelConnections()
        .ifPresent(count ->
            figures.add(
                Figure.of("demo.connections.llm", count, "count", 1)
                    .atMost(DemoServers.MODEL_CONNECTIONS)));
    figures.add(
        Figure.of("demo.connections.database", servers.log.connections(), "count", 1)
            .atMost(DemoServers.DATABASE_CONNECTIONS));
  }

  private void stage(String name, ToLongFunction<Served> nanos) {
    var samples = new Samples();
    served.stream().filter(Served::answered).mapToLong(nanos).forEach(samples::add);
    figures.addAll(samples.percentiles(name));
  }

  /** One trace, as seen on the wire, by the model's server, and in the database. */
  private Map<String, Object> trace(DemoServers servers, ExperimentId experiment)
      throws InterruptedException {
    var seen = new LinkedHashMap<String, Object>();
    if (served.isEmpty()) {
      return seen;
    }
    // The model's server remembers the latest calls only.
    String traceId =
        served.reversed().stream()
            .map(Served::traceId)
            .filter(id -> servers.headerOf(id).isPresent())
            .findFirst()
            .orElse(served.getFirst().traceId());
    Map<String, Integer> rows = new TreeMap<>();
    servers.log.read(
        experiment,
        event -> {
          switch (event) {
            case Event.MessageSent message when message.trace().traceId().equals(traceId) ->
                rows.merge("messages", 1, Integer::sum);
            case Event.StateRecorded state when state.trace().traceId().equals(traceId) ->
                rows.merge("states", 1, Integer::sum);
            default -> {}
          }
        });
    seen.put("id", traceId);
    seen.put("mqttTopic", servers.topicOf(traceId).orElse("not seen"));
    seen.put(
        "llmHeader",
        servers
            .headerOf(traceId)
            .orElse(servers.modelIsScripted() ? "not seen" : "not visible to us: your own model"));
    seen.put("databaseRows", rows);
    return seen;
  }

  /** The table for a person. */
  String text() {
    var text = new StringBuilder();
    text.append(
        "%nMutual assistance among %,d agents, model: %s%n"
            .formatted(input.cards().size(), more.get("model")));
    text.append(Report.table(figures));
    text.append("  trace %s%n".formatted(more.get("trace")));
    text.append("  policy %s%n".formatted(more.get("policy")));
    unanswered.forEach(line -> text.append("  unanswered ").append(line).append('\n'));
    return text.toString();
  }
}

package dev.mama.registry;

import dev.mama.AgentId;
import dev.mama.Dimension;
import dev.mama.Evidence;
import dev.mama.Rating;
import dev.mama.Trace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Batches of PML as JSON, version 1; {@code docs/pml-1.schema.json} describes it.
 *
 * <p>Immutable.
 */
final class PmlJson {

  static final int VERSION = 1;

  /** The longest body that is read, in characters: 1 MiB. */
  static final int MAX_BODY_CHARS = 1 << 20;

  /** The most messages that a batch may have. */
  static final int MAX_MESSAGES = 1_000;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private PmlJson() {}

  /**
   * Reads a batch. Messages that cannot be read are refused one by one, all else as a whole.
   *
   * @throws PmlException if it is no batch of this version
   */
  static PmlBatch read(String body) throws PmlException {
    if (body.length() > MAX_BODY_CHARS) {
      throw new PmlException(
          PmlReason.TOO_LARGE,
          "a body of %d characters; it may have %d".formatted(body.length(), MAX_BODY_CHARS));
    }
    JsonNode tree;
    try {
      tree = JSON.readTree(body);
    } catch (JacksonException e) {
      throw new PmlException(
          PmlReason.UNREADABLE, "no JSON: " + PmlNode.cut(String.valueOf(e.getOriginalMessage())));
    }
    if (!tree.isObject()) {
      throw new PmlException(PmlReason.UNREADABLE, "a batch is an object");
    }
    PmlNode batch = PmlNode.of("batch", tree);
    long version = batch.whole("pml", 0);
    if (version != VERSION) {
      throw new PmlException(
          PmlReason.UNKNOWN_VERSION,
          "version %d; this registry reads version %d".formatted(version, VERSION));
    }
    String experiment = batch.text("experiment");
    String writer = batch.agent("writer").value(); // a name of the same form
    long start = batch.whole("start", 0);
    long sequence = batch.whole("sequence", 1);
    String previous = batch.text("previous");
    if (!previous.matches("[0-9a-f]{64}")) {
      throw new PmlException(
          PmlReason.MISSHAPEN,
          "batch.previous is '%s'; it must be 64 hexadecimal digits"
              .formatted(PmlNode.cut(previous)));
    }
    List<JsonNode> all = batch.list("messages");
    batch.end();
    if (all.size() > MAX_MESSAGES) {
      throw new PmlException(
          PmlReason.TOO_LARGE,
          "%d messages; a batch may have %d".formatted(all.size(), MAX_MESSAGES));
    }
    var messages = new ArrayList<PmlBatch.Numbered>();
    var refusals = new ArrayList<PmlAnswer.Refusal>();
    for (int i = 0; i < all.size(); i++) {
      try {
        messages.add(new PmlBatch.Numbered(i, message("messages[%d]".formatted(i), all.get(i))));
      } catch (PmlException e) {
        refusals.add(e.refusal(i));
      } catch (IllegalArgumentException e) { // of a value that checks itself
        refusals.add(
            new PmlAnswer.Refusal(
                i, PmlReason.OUT_OF_RANGE, PmlNode.cut(String.valueOf(e.getMessage()))));
      }
    }
    return new PmlBatch(experiment, writer, start, sequence, previous, messages, refusals);
  }

  private static PmlMessage message(String path, JsonNode tree) throws PmlException {
    PmlNode node = PmlNode.of(path, tree);
    PmlMessage message =
        switch (node.text("type")) {
          case "register" -> new PmlMessage.Register(PmlCards.read(node.object("card")));
          case "heartbeat" -> new PmlMessage.Heartbeat();
          case "evidence" -> new PmlMessage.Report(evidence(node));
          case "retire" -> new PmlMessage.Retire(node.agent("agent"));
          default ->
              throw new PmlException(
                  PmlReason.MISSHAPEN,
                  "%s.type is '%s'; it must be register, heartbeat, evidence or retire"
                      .formatted(path, PmlNode.cut(node.text("type"))));
        };
    node.end();
    return message;
  }

  private static Evidence evidence(PmlNode node) throws PmlException {
    AgentId subject = node.agent("subject");
    Instant at = node.instant("at");
    Trace trace = Trace.parse(node.text("trace"));
    String basis = node.text("basis");
    if (basis.equals("witnessed")) {
      return new Evidence.Witnessed(
          subject, node.truth("answered"), node.nanos("tookNanos"), at, trace);
    }
    AgentId rater = node.agent("rater");
    Rating said = rating(node.object("said"));
    if (rater.equals(subject)) {
      throw new PmlException(PmlReason.PARTIAL, "agent '%s' must not rate itself".formatted(rater));
    }
    return switch (basis) {
      case "checked" ->
          new Evidence.Checked(rater, subject, said, rating(node.object("found")), at, trace);
      case "opinion" -> new Evidence.Opinion(rater, subject, said, at, trace);
      default ->
          throw new PmlException(
              PmlReason.MISSHAPEN,
              "basis is '%s'; it must be witnessed, checked or opinion"
                  .formatted(PmlNode.cut(basis)));
    };
  }

  private static Rating rating(PmlNode node) throws PmlException {
    var rating = new Rating(node.share("quality"), node.truth("answered"), node.nanos("tookNanos"));
    for (Dimension dimension : Dimension.values()) {
      if (dimension != Dimension.COMPETENCE && node.has(name(dimension))) {
        rating = rating.with(dimension, node.share(name(dimension)));
      }
    }
    node.end();
    return rating;
  }

  static String write(
      String experiment,
      String writer,
      long start,
      long sequence,
      String previous,
      List<PmlMessage> messages) {
    ObjectNode batch = JSON.createObjectNode();
    batch.put("pml", VERSION).put("experiment", experiment).put("writer", writer);
    batch.put("start", start).put("sequence", sequence).put("previous", previous);
    ArrayNode all = batch.putArray("messages");
    messages.forEach(message -> write(message, all.addObject()));
    return batch.toString();
  }

  private static void write(PmlMessage message, ObjectNode to) {
    switch (message) {
      case PmlMessage.Register register ->
          PmlCards.write(register.card(), to.put("type", "register").putObject("card"));
      case PmlMessage.Heartbeat heartbeat -> to.put("type", "heartbeat");
      case PmlMessage.Report report -> write(report.evidence(), to.put("type", "evidence"));
      case PmlMessage.Retire retire ->
          to.put("type", "retire").put("agent", retire.agent().value());
    }
  }

  private static void write(Evidence evidence, ObjectNode to) {
    to.put("subject", evidence.subject().value()).put("at", evidence.at().toString());
    to.put("trace", evidence.trace().traceparent());
    switch (evidence) {
      case Evidence.Witnessed seen ->
          to.put("basis", "witnessed")
              .put("answered", seen.answered())
              .put("tookNanos", nanos(seen.took()));
      case Evidence.Checked checked -> {
        to.put("basis", "checked").put("rater", checked.rater().value());
        write(checked.rating(), to.putObject("said"));
        write(checked.found(), to.putObject("found"));
      }
      case Evidence.Opinion opinion -> {
        to.put("basis", "opinion").put("rater", opinion.rater().value());
        write(opinion.rating(), to.putObject("said"));
      }
    }
  }

  private static void write(Rating rating, ObjectNode to) {
    to.put("quality", rating.quality()).put("answered", rating.answered());
    to.put("tookNanos", nanos(rating.took()));
    rating.others().forEach((dimension, value) -> to.put(name(dimension), value));
  }

  /** Of a time longer than 292 years, the longest there is. */
  private static long nanos(Duration took) {
    return took.compareTo(Duration.ofNanos(Long.MAX_VALUE)) > 0 ? Long.MAX_VALUE : took.toNanos();
  }

  private static String name(Dimension dimension) {
    return dimension.name().toLowerCase(Locale.ROOT);
  }
}

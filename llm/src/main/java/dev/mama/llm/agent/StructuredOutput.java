package dev.mama.llm.agent;

import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatMessage.Role;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.llm.agent.Shape.MisfitException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/**
 * Answers as records: the schema comes from the record, the answer is read leniently, checked
 * against the schema and by the record's own constructor, and asked for once more with the error
 * where it does not fit.
 *
 * <pre>{@code
 * record Plan(@Meaning("in the order of their execution") List<String> steps, Optional<Integer> days) {}
 *
 * Plan plan = StructuredOutput.of(Plan.class).ask(ChatRequest.of("Plan a trip to Rome."), context::chat);
 * }</pre>
 *
 * <p>What models write around their JSON is skipped: thinking in tags, fences, an introduction.
 * Nothing they write is evaluated; types come from the record alone.
 *
 * <p>Immutable; make it once.
 *
 * @param <T> a record, or a sealed interface of records, of records, enums, text, numbers,
 *     booleans, and lists, maps and optionals of these
 */
public final class StructuredOutput<T> {

  private static final String WRAPPED = "value";

  private final Class<T> type;
  private final Shape shape;
  private final String schema;
  private final ChatFormat format;

  /** Whoever can be asked: {@code context::chat}, {@code model::chat}. */
  @FunctionalInterface
  public interface Asker {

    /** Asks and waits for the whole answer. */
    ChatReply chat(ChatRequest request) throws InterruptedException;
  }

  private StructuredOutput(Class<T> type) {
    this.type = type;
    var shapes = new Shapes();
    this.shape = shapes.of(type, type.getSimpleName());
    var root = Shape.JSON.createObjectNode();
    if (shape instanceof Shape.Fields) {
      shape.schema(root);
    } else {
      // Servers want an object at the top.
      root.put("type", "object");
      shape.schema(root.putObject("properties").putObject(WRAPPED));
      root.putArray("required").add(WRAPPED);
      root.put("additionalProperties", false);
    }
    this.schema = root.toString();
    String name = type.getSimpleName().replaceAll("[^A-Za-z0-9_-]", "_");
    this.format =
        new ChatFormat.JsonSchema(
            name.substring(0, Math.min(64, name.length())), schema, !shapes.anyMap());
  }

  /**
   * Answers of {@code type}.
   *
   * @throws IllegalArgumentException if it is neither a record nor a sealed interface of records,
   *     or holds something that has no JSON form; the message names the place
   */
  public static <T> StructuredOutput<T> of(Class<T> type) {
    if (!type.isRecord() && !type.isSealed()) {
      throw new IllegalArgumentException(
          "%s is neither a record nor a sealed interface of records".formatted(type.getName()));
    }
    return new StructuredOutput<>(type);
  }

  /** The JSON schema, as JSON text. */
  public String schema() {
    return schema;
  }

  /** The form to ask for. */
  public ChatFormat format() {
    return format;
  }

  /**
   * Asks for a value, once more with the error if the first answer does not fit.
   *
   * @throws StructuredOutputException if the second does not either; it holds the answer
   * @throws dev.mama.ChatException if there is no answer
   */
  public T ask(ChatRequest request, Asker asker) throws InterruptedException {
    ChatRequest first = instructed(request).format(format);
    ChatReply reply = asker.chat(first);
    try {
      return read(reply);
    } catch (StructuredOutputException e) {
      return askAgain(first, reply, e, asker);
    }
  }

  /**
   * The value in an answer.
   *
   * @throws StructuredOutputException if there is none that fits
   */
  public T read(ChatReply reply) {
    try {
      return read(reply.text());
    } catch (StructuredOutputException e) {
      throw reply.finish() != ChatReply.Finish.LENGTH
          ? e
          : new StructuredOutputException(
              type.getSimpleName(),
              e.problem() + "; the answer was cut at its longest, raise maxTokens",
              e.raw());
    }
  }

  /**
   * The value in a text.
   *
   * @throws StructuredOutputException if there is none that fits
   */
  public T read(String text) {
    JsonNode json =
        JsonText.object(text)
            .orElseThrow(() ->
                new StructuredOutputException(
                    type.getSimpleName(),
                    text.length() > JsonText.MAX_CHARS
                        ? "it is longer than %d characters".formatted(JsonText.MAX_CHARS)
                        : "it holds no JSON object that can be parsed",
                    text));
    boolean wrapped = !(shape instanceof Shape.Fields) && json.path(WRAPPED).isObject();
    try {
      return type.cast(shape.read(wrapped ? json.path(WRAPPED) : json, "$"));
    } catch (MisfitException e) {
      throw new StructuredOutputException(
          type.getSimpleName(), String.valueOf(e.getMessage()), text);
    }
  }

  /** The request that says in words, too, what to answer; servers differ in what they heed. */
  ChatRequest instructed(ChatRequest request) {
    String words =
        "Answer with one JSON object that fits this JSON schema, and with nothing else:\n" + schema;
    var messages = new ArrayList<>(request.messages());
    // Some models take one system message, at the beginning.
    if (messages.getFirst().role() == Role.SYSTEM) {
      messages.set(0, ChatMessage.system(messages.getFirst().content() + "\n\n" + words));
    } else {
      messages.addFirst(ChatMessage.system(words));
    }
    return request.messages(messages);
  }

  /** Asks once more, with what was wrong. */
  T askAgain(ChatRequest request, ChatReply reply, StructuredOutputException wrong, Asker asker)
      throws InterruptedException {
    var messages = new ArrayList<>(request.messages());
    messages.add(ChatMessage.assistant(reply.text()));
    messages.add(
        ChatMessage.user(
            "That cannot be read: %s. Answer again, with the JSON object alone."
                .formatted(wrong.problem())));
    ChatRequest second = request.messages(messages).format(format);
    if (request.idempotencyKey().isPresent()) {
      byte[] other = ("again " + request.idempotencyKey().get()).getBytes(StandardCharsets.UTF_8);
      second = second.idempotencyKey(UUID.nameUUIDFromBytes(other).toString());
    }
    try {
      return read(asker.chat(second));
    } catch (StructuredOutputException e) {
      e.addSuppressed(wrong);
      throw e;
    }
  }
}

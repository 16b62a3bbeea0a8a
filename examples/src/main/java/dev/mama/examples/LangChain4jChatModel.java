package dev.mama.examples;

import dev.langchain4j.agent.tool.ToolExecutionRequest;
import dev.langchain4j.agent.tool.ToolSpecification;
import dev.langchain4j.data.message.AiMessage;
import dev.langchain4j.data.message.SystemMessage;
import dev.langchain4j.data.message.ToolExecutionResultMessage;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.HttpException;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.model.chat.request.ResponseFormat;
import dev.langchain4j.model.chat.request.ResponseFormatType;
import dev.langchain4j.model.chat.request.ToolChoice;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.output.FinishReason;
import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatFormat;
import dev.mama.ChatMessage;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Finish;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.Time;
import dev.mama.spi.ChatModel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A chat model of LangChain4j as one of MAMA's, for whoever has one already: copy it into your
 * application, which then needs {@code langchain4j-core}; MAMA itself does not.
 *
 * <p>It passes on conversation, tools, format, temperature and longest answer. LangChain4j has no
 * place for the trace, the idempotency key and the server's Retry-After; whether a schema is strict
 * is an option of its model, not of a request; of a tool's schema it passes on the properties,
 * which of them are required, and {@code $defs}. An answer comes whole, also where it is asked for
 * as a stream. It is a bare call: no pace, no limit that adapts, no budget. Build the LangChain4j
 * model with {@code maxRetries(0)}.
 *
 * <p>A call runs on a thread of its own, which is interrupted where the caller is, or is late: a
 * turn's thread never touches a socket.
 *
 * <p>Thread-safe.
 */
public final class LangChain4jChatModel implements ChatModel {

  private static final JsonMapper JSON = new JsonMapper();

  private final String name;
  private final dev.langchain4j.model.chat.ChatModel model;
  private final Time time;
  private final Semaphore places;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param name of the model, for reports
   * @param model asked for each call; stays its owner's
   * @param atOnce most calls at once, at least 1; the others wait until their deadline
   * @param time by which deadlines pass
   * @throws IllegalArgumentException if {@code atOnce} is less than 1
   */
  public LangChain4jChatModel(
      String name, dev.langchain4j.model.chat.ChatModel model, int atOnce, Time time) {
    if (atOnce < 1) {
      throw new IllegalArgumentException(
          "atOnce %d of chat model '%s' must be at least 1".formatted(atOnce, name));
    }
    this.name = name;
    this.model = model;
    this.time = time;
    this.places = new Semaphore(atOnce, true);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public ChatReply chat(ChatRequest request) throws InterruptedException {
    long start = System.nanoTime();
    Duration left = request.deadline().remaining(time);
    if (left.isZero() || !places.tryAcquire(left.toNanos(), TimeUnit.NANOSECONDS)) {
      throw failure("was not asked: the deadline passed before its turn", Reason.DEADLINE, 0);
    }
    try {
      return call(request, start);
    } finally {
      places.release();
    }
  }

  private ChatReply call(ChatRequest request, long start) throws InterruptedException {
    long sent = System.nanoTime();
    Future<ChatResponse> answer;
    try {
      answer = threads.submit(() -> model.chat(translated(request)));
    } catch (RejectedExecutionException e) {
      throw failure("is closed", Reason.CLOSED, 0);
    }
    try {
      long left = request.deadline().remaining(time).toNanos();
      ChatResponse response = answer.get(left, TimeUnit.NANOSECONDS);
      return reply(
          response, Duration.ofNanos(sent - start), Duration.ofNanos(System.nanoTime() - sent));
    } catch (TimeoutException e) {
      throw failure("did not answer before the request's deadline", Reason.DEADLINE, 1);
    } catch (CancellationException e) {
      throw failure("is closed", Reason.CLOSED, 1);
    } catch (ExecutionException e) {
      throw threads.isShutdown()
          ? failure("is closed", Reason.CLOSED, 1)
          : failed(e.getCause() == null ? e : e.getCause());
    } finally {
      answer.cancel(true);
    }
  }

  /** Calls in flight are interrupted and fail; the LangChain4j model is its owner's. */
  @Override
  public void close() {
    threads.shutdownNow();
  }

  private static dev.langchain4j.model.chat.request.ChatRequest translated(ChatRequest request) {
    var builder = dev.langchain4j.model.chat.request.ChatRequest.builder();
    builder.messages(messages(request.messages()));
    request.temperature().ifPresent(builder::temperature);
    request.maxTokens().ifPresent(builder::maxOutputTokens);
    if (!request.tools().isEmpty()) {
      List<ChatTool> offered = request.tools();
      ToolChoice choice =
          switch (request.toolChoice()) {
            case ChatTool.Choice.Auto auto -> ToolChoice.AUTO;
            case ChatTool.Choice.None none -> ToolChoice.NONE;
            case ChatTool.Choice.Required required -> ToolChoice.REQUIRED;
            case ChatTool.Choice.Named(String only) -> {
              offered = offered.stream().filter(tool -> tool.name().equals(only)).toList();
              yield ToolChoice.REQUIRED; // of one
            }
          };
      builder.toolSpecifications(offered.stream().map(LangChain4jChatModel::tool).toList());
      builder.toolChoice(choice);
    }
    switch (request.format()) {
      case ChatFormat.Text text -> {}
      case ChatFormat.JsonObject any -> builder.responseFormat(ResponseFormat.JSON);
      case ChatFormat.JsonSchema(String schemaName, String schema, boolean strict) ->
          builder.responseFormat(
              ResponseFormat.builder()
                  .type(ResponseFormatType.JSON)
                  .jsonSchema(
                      JsonSchema.builder()
                          .name(schemaName)
                          .rootElement(JsonRawSchema.from(schema))
                          .build())
                  .build());
    }
    return builder.build();
  }

  private static List<dev.langchain4j.data.message.ChatMessage> messages(List<ChatMessage> all) {
    var messages = new ArrayList<dev.langchain4j.data.message.ChatMessage>();
    for (ChatMessage message : all) {
      messages.add(
          switch (message.role()) {
            case SYSTEM -> SystemMessage.from(message.content());
            case USER -> UserMessage.from(message.content());
            case ASSISTANT -> assistant(message);
            case TOOL -> {
              String id = message.toolCallId().orElseThrow();
              yield ToolExecutionResultMessage.from(id, toolOf(id, all), message.content());
            }
          });
    }
    return messages;
  }

  private static AiMessage assistant(ChatMessage message) {
    var calls =
        message.toolCalls().stream()
            .map(call ->
                ToolExecutionRequest.builder()
                    .id(call.id())
                    .name(call.name())
                    .arguments(call.arguments())
                    .build())
            .toList();
    return calls.isEmpty()
        ? AiMessage.from(message.content())
        : AiMessage.from(message.content(), calls);
  }

  private static String toolOf(String id, List<ChatMessage> all) {
    return all.stream()
        .flatMap(message -> message.toolCalls().stream())
        .filter(call -> call.id().equals(id))
        .map(ChatTool.Call::name)
        .findFirst()
        .orElse("");
  }

  private static ToolSpecification tool(ChatTool tool) {
    JsonNode schema = JSON.readTree(tool.schema());
    var parameters = JsonObjectSchema.builder();
    parameters.addProperties(raw(schema.path("properties")));
    var required = new ArrayList<String>();
    schema.path("required").forEach(field -> required.add(field.asString()));
    parameters.required(required);
    if (schema.has("$defs")) {
      parameters.definitions(raw(schema.path("$defs")));
    }
    return ToolSpecification.builder()
        .name(tool.name())
        .description(tool.description())
        .parameters(parameters.build())
        .build();
  }

  private static Map<String, JsonSchemaElement> raw(JsonNode schemas) {
    var all = new LinkedHashMap<String, JsonSchemaElement>();
    schemas
        .properties()
        .forEach(each -> all.put(each.getKey(), JsonRawSchema.from(each.getValue().toString())));
    return all;
  }

  private ChatReply reply(ChatResponse response, Duration queued, Duration onWire) {
    AiMessage message = response.aiMessage();
    var usage = response.tokenUsage();
    var calls =
        message.toolExecutionRequests().stream()
            .map(call -> new ChatTool.Call(call.id(), call.name(), call.arguments()))
            .toList();
    return new ChatReply(
        message.text() == null ? "" : message.text(),
        calls,
        finish(response.finishReason(), !calls.isEmpty()),
        response.modelName() == null ? name : response.modelName(),
        usage == null || usage.inputTokenCount() == null ? 0 : usage.inputTokenCount(),
        usage == null || usage.outputTokenCount() == null ? 0 : usage.outputTokenCount(),
        queued,
        onWire,
        onWire,
        ChatReply.Source.MODEL,
        1,
        List.of());
  }

  private static Finish finish(FinishReason reason, boolean calls) {
    return switch (reason) {
      case LENGTH -> Finish.LENGTH;
      case CONTENT_FILTER -> Finish.FILTERED;
      case TOOL_EXECUTION -> Finish.TOOLS;
      case STOP, OTHER -> calls ? Finish.TOOLS : Finish.STOP;
      case null -> calls ? Finish.TOOLS : Finish.STOP;
    };
  }

  private ChatException failed(Throwable failure) {
    return new ChatException(
        "chat model '%s' behind LangChain4j failed: %s%s".formatted(name, status(failure), failure),
        reason(failure),
        1,
        null,
        failure);
  }

  private static String status(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof HttpException http) {
        return "HTTP %d: ".formatted(http.statusCode());
      }
    }
    return "";
  }

  private static Reason reason(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      switch (e) {
        case HttpException http -> {
          return reason(http.statusCode());
        }
        case com.fasterxml.jackson.core.JacksonException answer -> { // an IOException too
          return Reason.MALFORMED;
        }
        case tools.jackson.core.JacksonException schema -> { // of a tool, which is ours to read
          return Reason.REFUSED;
        }
        case IOException io -> {
          return Reason.UNREACHABLE;
        }
        default -> {} // LangChain4j wraps; what is within says more
      }
    }
    return switch (failure) {
      case RateLimitException e -> Reason.OVERLOADED;
      case dev.langchain4j.exception.TimeoutException e -> Reason.TIMEOUT;
      case AuthenticationException e -> Reason.DENIED;
      case ModelNotFoundException e -> Reason.DENIED;
      case InvalidRequestException e -> Reason.REFUSED;
      // Nothing failed on the way, so it is what LangChain4j found in the answer: no choices.
      case InternalServerException e when e.getCause() == null -> Reason.MALFORMED;
      case RetriableException e -> Reason.FAILED;
      default -> Reason.MALFORMED; // what its own parsing threw
    };
  }

  private static Reason reason(int status) {
    return switch (status) {
      case 401, 403, 404 -> Reason.DENIED;
      case 408, 409 -> Reason.FAILED;
      case 429, 503 -> Reason.OVERLOADED;
      default -> status >= 500 ? Reason.FAILED : Reason.REFUSED;
    };
  }

  private ChatException failure(String what, Reason reason, int attempts) {
    return new ChatException(
        "chat model '%s' behind LangChain4j %s".formatted(name, what),
        reason,
        attempts,
        null,
        null);
  }
}

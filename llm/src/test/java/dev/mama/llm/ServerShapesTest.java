package dev.mama.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.mama.ChatException;
import dev.mama.ChatException.Reason;
import dev.mama.ChatReply;
import dev.mama.ChatReply.Finish;
import dev.mama.ChatRequest;
import dev.mama.ChatTool;
import dev.mama.testkit.ScriptedChatServer;
import dev.mama.testkit.ScriptedChatServer.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What vLLM, Ollama and llama.cpp's server are known to send, each in its own way, in the shapes
 * that their users have published; the servers themselves need models and were not run.
 */
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class ServerShapesTest {

  /** A streamed answer and what is made of it. */
  record Row(
      String server,
      String text,
      Finish finish,
      int tokens,
      List<String> calls,
      List<String> events) {
    @Override
    public String toString() {
      return server;
    }
  }

  static Stream<Row> streams() {
    return Stream.of(
        row(
            "vLLM: usage null until the last chunk, which has no choices",
            "Hi.",
            Finish.STOP,
            15,
            """
            {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"qwen","choices":[{"index":0,"delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}],"usage":null}\
            """,
            """
            {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"qwen","choices":[{"index":0,"delta":{"content":"Hi."},"logprobs":null,"finish_reason":null}],"usage":null}\
            """,
            """
            {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"qwen","choices":[{"index":0,"delta":{"content":""},"logprobs":null,"finish_reason":"stop","stop_reason":null}],"usage":null}\
            """,
            """
            {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"qwen","choices":[],"usage":{"prompt_tokens":12,"total_tokens":15,"completion_tokens":3}}\
            """,
            "[DONE]"),
        row(
            "vLLM with a reasoning parser: thinking beside the answer",
            "4",
            Finish.LENGTH,
            0,
            """
            {"model":"qwen","choices":[{"index":0,"delta":{"reasoning":"2 and 2","content":null},"finish_reason":null}]}\
            """,
            """
            {"model":"qwen","choices":[{"index":0,"delta":{"reasoning_content":" is 4"},"finish_reason":null}]}\
            """,
            """
            {"model":"qwen","choices":[{"index":0,"delta":{"content":"4"},"finish_reason":"length"}]}\
            """,
            "[DONE]"),
        row(
            "llama.cpp: counts and timings with the finish reason",
            "Hi.",
            Finish.STOP,
            15,
            """
            {"choices":[{"finish_reason":null,"index":0,"delta":{"role":"assistant","content":null}}],"created":1,"id":"chatcmpl-q","model":"gemma.gguf","system_fingerprint":"b6210-a094f38","object":"chat.completion.chunk"}\
            """,
            """
            {"choices":[{"finish_reason":null,"index":0,"delta":{"content":"Hi."}}],"created":1,"id":"chatcmpl-q","model":"gemma.gguf","object":"chat.completion.chunk"}\
            """,
            """
            {"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"created":1,"id":"chatcmpl-q","model":"gemma.gguf","object":"chat.completion.chunk","usage":{"completion_tokens":3,"prompt_tokens":12,"total_tokens":15},"timings":{"prompt_n":12,"predicted_n":3,"predicted_ms":9.1}}\
            """,
            "[DONE]"),
        row(
            "llama.cpp: a tool call in parts, its name first",
            "",
            Finish.TOOLS,
            0,
            List.of("look{\"at\":1}"),
            """
            {"choices":[{"finish_reason":null,"index":0,"delta":{"tool_calls":[{"index":0,"id":"abc","type":"function","function":{"name":"look","arguments":"{"}}]}}],"model":"gemma.gguf"}\
            """,
            """
            {"choices":[{"finish_reason":null,"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\\"at\\":1}"}}]}}],"model":"gemma.gguf"}\
            """,
            """
            {"choices":[{"finish_reason":"tool_calls","index":0,"delta":{}}],"model":"gemma.gguf"}\
            """,
            "[DONE]"),
        row(
            "Ollama: the role in every chunk, the end with the last text",
            "Hi.",
            Finish.STOP,
            15,
            """
            {"id":"chatcmpl-768","object":"chat.completion.chunk","created":1,"model":"qwen2.5","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"Hi"},"finish_reason":null}]}\
            """,
            """
            {"id":"chatcmpl-768","object":"chat.completion.chunk","created":1,"model":"qwen2.5","system_fingerprint":"fp_ollama","choices":[{"index":0,"delta":{"role":"assistant","content":"."},"finish_reason":"stop"}]}\
            """,
            """
            {"id":"chatcmpl-768","object":"chat.completion.chunk","created":1,"model":"qwen2.5","system_fingerprint":"fp_ollama","choices":[],"usage":{"prompt_tokens":12,"completion_tokens":3,"total_tokens":15}}\
            """,
            "[DONE]"),
        row(
            "Ollama: two whole tool calls in two chunks",
            "",
            Finish.TOOLS,
            0,
            List.of("run{\"command\":\"ls\"}", "run{\"command\":\"ls -l\"}"),
            """
            {"id":"chatcmpl-18","model":"qwen2.5","choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[{"id":"call_w","index":0,"type":"function","function":{"name":"run","arguments":"{\\"command\\":\\"ls\\"}"}}]},"finish_reason":null}]}\
            """,
            """
            {"id":"chatcmpl-18","model":"qwen2.5","choices":[{"index":0,"delta":{"role":"assistant","content":"","tool_calls":[{"id":"call_r","index":1,"type":"function","function":{"name":"run","arguments":"{\\"command\\":\\"ls -l\\"}"}}]},"finish_reason":null}]}\
            """,
            """
            {"id":"chatcmpl-18","model":"qwen2.5","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":"tool_calls"}]}\
            """,
            "[DONE]"),
        row(
            "no id, no object, no end but the finish reason",
            "Hi.",
            Finish.STOP,
            0,
            """
            {"choices":[{"delta":{"content":"Hi."},"finish_reason":"stop"}]}\
            """));
  }

  @ParameterizedTest
  @MethodSource("streams")
  void stream_shape_isUnderstood(Row row) throws Exception {
    var body = new StringBuilder();
    for (String event : row.events()) {
      body.append("data: ").append(event).append("\n\n");
    }
    Answer answer =
        new Answer.Raw(200, body.toString(), Map.of("content-type", "text/event-stream"));
    try (var server = ScriptedChatServer.start(call -> answer);
        var model = OpenAiChatModel.connect(LlmEndpoint.of(server.uri().toString(), "m"));
        var stream = model.stream(ChatRequest.of("?"))) {
      ChatReply reply = stream.reply();
      assertThat(reply.text()).isEqualTo(row.text());
      assertThat(reply.finish()).isEqualTo(row.finish());
      assertThat(reply.tokens()).isEqualTo(row.tokens());
      assertThat(reply.toolCalls().stream().map(call -> call.name() + call.arguments()))
          .containsExactlyElementsOf(row.calls());
    }
  }

  @Test
  void chat_toolCallsWithoutTypeOrId_areUnderstood() throws Exception {
    String body =
        """
        {"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":null,"reasoning_content":"hm",\
        "tool_calls":[{"function":{"name":"look","arguments":{"at":1}}},{"id":"","function":{"name":"look","arguments":""}}]}}]}\
        """;
    try (var server = ScriptedChatServer.start(call -> Answer.garbage(body));
        var model = OpenAiChatModel.connect(LlmEndpoint.of(server.uri().toString(), "m"))) {
      ChatReply reply = model.chat(ChatRequest.of("?"));
      assertThat(reply.toolCalls())
          .containsExactly(
              new ChatTool.Call("call_0", "look", "{\"at\":1}"),
              new ChatTool.Call("call_1", "look", ""));
      assertThat(reply.finish()).isEqualTo(Finish.TOOLS);
      assertThat(reply.model()).isEqualTo("m");
    }
  }

  @Test
  void chat_errorBodies_becomeTheirReasonAndKeepTheWords() throws Exception {
    var answers =
        new ArrayList<>(
            List.of(
                // llama.cpp while it loads its model, and a prompt above its context
                raw(503, "{\"error\":{\"code\":503,\"message\":\"Loading model\",\"type\":\"x\"}}"),
                raw(400, "{\"error\":{\"code\":400,\"message\":\"exceeds the context\"}}"),
                // Ollama, a model that was not pulled
                raw(404, "{\"error\":{\"message\":\"try pulling it first\",\"code\":null}}"),
                // vLLM of 2024, without an object around it; FastAPI's validation
                raw(400, "{\"object\":\"error\",\"message\":\"too long\",\"code\":400}"),
                raw(422, "{\"detail\":[{\"msg\":\"field required\"}]}"),
                // a proxy before any of them
                raw(502, "<html><h1>Bad Gateway</h1></html>")));
    var expected =
        List.of(
            Reason.OVERLOADED,
            Reason.REFUSED,
            Reason.DENIED,
            Reason.REFUSED,
            Reason.REFUSED,
            Reason.FAILED);
    var words =
        List.of(
            "Loading model",
            "exceeds the context",
            "try pulling it first",
            "too long",
            "field required",
            "Bad Gateway");
    try (var server = ScriptedChatServer.start(call -> answers.removeFirst());
        var model = OpenAiChatModel.connect(LlmEndpoint.of(server.uri().toString(), "m"))) {
      for (int i = 0; i < expected.size(); i++) {
        var e = catchThrowableOfType(ChatException.class, () -> model.chat(ChatRequest.of("?")));
        assertThat(e.reason()).isEqualTo(expected.get(i));
        assertThat(e).hasMessageContaining(words.get(i));
      }
    }
  }

  private static Answer raw(int status, String body) {
    return new Answer.Raw(status, body, Map.of("content-type", "application/json"));
  }

  private static Row row(String server, String text, Finish finish, int tokens, String... events) {
    return new Row(server, text, finish, tokens, List.of(), List.of(events));
  }

  private static Row row(
      String server, String text, Finish finish, int tokens, List<String> calls, String... events) {
    return new Row(server, text, finish, tokens, calls, List.of(events));
  }
}

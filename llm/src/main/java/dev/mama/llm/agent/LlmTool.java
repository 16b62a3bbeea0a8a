package dev.mama.llm.agent;

import dev.mama.AgentContext;
import dev.mama.ChatTool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * A tool with the code behind it: a record in, a record out. What a model gets wrong is told to the
 * model, which may correct itself.
 *
 * @param <I> what it takes
 */
final class LlmTool<I extends Record> {

  private static final Logger log = LoggerFactory.getLogger(LlmTool.class);
  private static final int MAX_CHARS = 32 << 10;

  private final ChatTool tool;
  private final StructuredOutput<I> input;
  private final LlmAgent.Handler<I> handler;

  LlmTool(String name, String description, Class<I> input, LlmAgent.Handler<I> handler) {
    this.input = StructuredOutput.of(input);
    this.tool = new ChatTool(name, description, this.input.schema());
    this.handler = handler;
  }

  ChatTool tool() {
    return tool;
  }

  /**
   * Calls the tool.
   *
   * @return the result as JSON, or what was wrong; at most {@value #MAX_CHARS} characters
   * @throws InterruptedException if the handler was interrupted
   */
  String call(String arguments, AgentContext context) throws InterruptedException {
    I taken;
    try {
      taken = input.read(arguments.isBlank() ? "{}" : arguments);
    } catch (StructuredOutputException e) {
      return "error: the arguments do not fit: " + e.problem();
    }
    String text;
    try {
      text = Shape.JSON.writeValueAsString(handler.call(taken, context));
    } catch (InterruptedException e) {
      throw e;
    } catch (JacksonException e) {
      throw new IllegalStateException(
          "the result of tool '%s' cannot be written as JSON".formatted(tool.name()), e);
    } catch (Exception e) {
      log.warn("tool '{}' of agent '{}' failed", tool.name(), context.self(), e);
      return "error: the tool failed: " + e.getMessage();
    }
    return text.length() <= MAX_CHARS
        ? text
        : text.substring(0, MAX_CHARS) + "… (cut from %d characters)".formatted(text.length());
  }
}

package dev.mama.testkit;

import dev.mama.ChatException;
import dev.mama.ChatFormat;
import dev.mama.ChatReply;
import dev.mama.ChatRequest;
import dev.mama.ChatStream;
import dev.mama.ChatTool;
import dev.mama.spi.ChatModel;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The chat model contract notices what is lost of tools, formats and streams. */
class ChatModelContractToolMutantsTest {

  @ParameterizedTest
  @ValueSource(
      classes = {
        ForgetsTools.class,
        ForgetsTheToolChoice.class,
        ForgetsTheFormat.class,
        ForgetsToolCalls.class,
        StreamsWithoutTheEnd.class,
        StreamsWhatIsMissing.class
      })
  void contract_brokenModel_fails(Class<?> mutant) {
    Mutants.assertKilled(mutant);
  }

  static class ForgetsTools extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          return super.chat(request.toolChoice(ChatTool.Choice.AUTO).tools(List.of()));
        }
      };
    }
  }

  static class ForgetsTheToolChoice extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          return super.chat(request.toolChoice(ChatTool.Choice.AUTO));
        }
      };
    }
  }

  static class ForgetsTheFormat extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          return super.chat(request.format(ChatFormat.TEXT));
        }
      };
    }
  }

  static class ForgetsToolCalls extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatReply chat(ChatRequest request) throws InterruptedException {
          ChatReply r = super.chat(request);
          return new ChatReply(
              r.text(), r.model(), r.promptTokens(), r.completionTokens(), r.queued(), r.onWire());
        }
      };
    }
  }

  static class StreamsWithoutTheEnd extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatStream stream(ChatRequest request) throws InterruptedException {
          ChatReply r = chat(request);
          String most = r.text().substring(0, Math.max(0, r.text().length() - 1));
          return ChatStream.of(new ChatReply(most, r.model(), 6, 6, r.queued(), r.onWire()));
        }
      };
    }
  }

  static class StreamsWhatIsMissing extends ChatModelContract {
    @Override
    protected ChatModel newModel(URI server) {
      return new JdkChatModel(server) {
        @Override
        public ChatStream stream(ChatRequest request) throws InterruptedException {
          try {
            return super.stream(request);
          } catch (ChatException e) {
            return ChatStream.of(new ChatReply("", "any", 0, 0, Duration.ZERO, Duration.ZERO));
          }
        }
      };
    }
  }
}

package dev.mama.llm;

import dev.mama.spi.ChatModel;
import dev.mama.testkit.ChatModelContract;
import java.net.URI;

class OpenAiChatModelTest extends ChatModelContract {

  @Override
  protected ChatModel newModel(URI server) {
    return OpenAiChatModel.connect(LlmEndpoint.of(server.toString(), "any"));
  }
}

package dev.mama.matching;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.repository.Repository;
import ai.djl.repository.RepositoryFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Where a model may come from. Nothing is downloaded: the allowed one lies in a folder. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class DownloadTest {

  private static final String URL = "djl://ai.djl.huggingface.pytorch/some/model";

  @TempDir Path folder;

  @Test
  void at_djlUrl_isRefusedUnlessAllowed() {
    Djl.configure();
    assertThatExceptionOfType(ModelException.class)
        .isThrownBy(() -> SentenceModel.at(URL))
        .withMessageContaining("model '" + URL + "' is not downloaded: that is not allowed here")
        .withMessageContaining("set the system property ai.djl.offline to false");
  }

  @Test
  void at_djlUrlAllowed_readsTheDirectoryThatDjlGives() throws Exception {
    Files.writeString(folder.resolve("config.json"), "{\"max_position_embeddings\": 512}");
    Files.createFile(folder.resolve("some-model.pt"));
    var standIn =
        new RepositoryFactory() {
          @Override
          public Repository newInstance(String name, URI uri) {
            assertThat(uri).hasToString(URL);
            return Repository.newInstance(name, folder);
          }

          @Override
          public Set<String> getSupportedScheme() {
            return Set.of("djl");
          }
        };
    Djl.configure();
    System.setProperty("ai.djl.offline", "false");
    try {
      Repository.registerRepositoryFactory(standIn); // for the rest of this JVM
      SentenceModel model = SentenceModel.at(URL);
      assertThat(model.maxTokens()).isEqualTo(512);
      assertThat(model.graph().getPath()).endsWith("/some-model.pt");
    } finally {
      System.setProperty("ai.djl.offline", "true");
    }
  }

  @Test
  void at_directory_isReadAsIn() throws Exception {
    Files.writeString(folder.resolve("config.json"), "{\"max_position_embeddings\": 99}");
    assertThat(SentenceModel.at(folder.toString())).isEqualTo(SentenceModel.in(folder));
  }
}

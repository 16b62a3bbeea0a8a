package dev.mama.matching;

import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What DJL must be told before its first class is loaded, unless somebody told it otherwise. */
final class Djl {

  private static final String OFFLINE = "ai.djl.offline";

  private Djl() {}

  /** Fetch nothing, and start no second engine. */
  static void configure() {
    setUnlessSet(OFFLINE, "true");
    setUnlessSet("ai.djl.onnx.disable_alternative", "true");
  }

  static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }

  /**
   * The directory of the model that the {@code djl://} URL names, downloaded where that is allowed.
   */
  static Path download(String url) {
    if (!"false".equals(System.getProperty(OFFLINE))) {
      throw new ModelException(
          url,
          "is not downloaded: that is not allowed here; set the system property %s to false before"
                  .formatted(OFFLINE)
              + " DJL is used to allow it, or give the directory of a model",
          null);
    }
    try {
      List<MRL> models = Repository.newInstance("mama", url).getResources();
      Artifact files = models.isEmpty() ? null : models.getFirst().getDefaultArtifact();
      if (files == null) {
        throw new ModelException(url, "is unknown to DJL; expected djl://<zoo>/<model>", null);
      }
      models.getFirst().prepare(files);
      return models.getFirst().getRepository().getResourceDirectory(files);
    } catch (IOException | IllegalArgumentException e) {
      throw new ModelException(url, "cannot be downloaded: %s".formatted(e), e);
    }
  }
}

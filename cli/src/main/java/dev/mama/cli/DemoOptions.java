package dev.mama.cli;

import dev.mama.examples.InputException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What demos have in common: the seed, and the servers that are the user's own. */
final class DemoOptions {

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "what all chance is drawn from (${DEFAULT-VALUE})")
  private long seed = 42;

  @Option(
      names = "--database",
      paramLabel = "URL",
      description = "a PostgreSQL of your own: jdbc:postgresql://host:port/name?user=…&password=…")
  private @Nullable String database;

  long seed() {
    return seed;
  }

  /**
   * The servers of a demo.
   *
   * @param brokerPort of the embedded broker, 0 for a free one
   * @param databasePort of the embedded database, 0 for a free one
   * @throws InputException if the environment names a model's server and no model
   */
  DemoServers.Settings servers(int brokerPort, int databasePort) {
    return new DemoServers.Settings(
        brokerPort, databasePort, database, model(), System.getenv("MAMA_LLM_KEY"));
  }

  private static DemoServers.@Nullable Model model() {
    String url = System.getenv("MAMA_LLM_URL");
    if (url == null || url.isBlank()) {
      return null;
    }
    String name = System.getenv("MAMA_LLM_MODEL");
    if (name == null || name.isBlank()) {
      throw new InputException(
          "MAMA_LLM_URL is set, MAMA_LLM_MODEL is not; set it to the model to ask for");
    }
    return new DemoServers.Model(url, name);
  }
}

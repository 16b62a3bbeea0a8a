package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.examples.Cards;
import dev.mama.examples.Needs;
import dev.mama.examples.Needs.LabelledNeed;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs mutual assistance end to end. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    subcommands = NegotiationDemoCommand.class,
    description =
        "Mutual assistance end to end: needs are matched, decided, asked over MQTT, answered by a"
            + " model, rated, and recorded in PostgreSQL. Broker and database are embedded. The"
            + " model is the one at MAMA_LLM_URL (with MAMA_LLM_MODEL and MAMA_LLM_KEY), else a"
            + " scripted one that says so.")
final class DemoCommand implements Callable<Integer> {

  private static final int MOST_AGENTS = 100_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--agents",
      paramLabel = "N",
      description = "how many agents; cards are used again where they are fewer (all cards)")
  private @Nullable Integer agents;

  @Option(
      names = "--cards",
      paramLabel = "FILE",
      description = "agents: a YAML list of {id, specialty, description}")
  private @Nullable Path cards;

  @Option(
      names = "--needs",
      paramLabel = "FILE",
      description = "needs: a YAML list of {text, specialty}, the specialty optional")
  private @Nullable Path needs;

  @Mixin private DemoOptions demo = new DemoOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where report.json and mama.log go (${DEFAULT-VALUE})")
  private Path out = Path.of("results", "demo");

  @Option(
      names = "--broker-port",
      paramLabel = "PORT",
      description = "port of the embedded broker (a free one)")
  private int brokerPort;

  @Option(
      names = "--database-port",
      paramLabel = "PORT",
      description = "port of the embedded database (a free one)")
  private int databasePort;

  @Override
  public Integer call() throws InterruptedException {
    port("--broker-port", brokerPort);
    port("--database-port", databasePort);
    if (agents != null && (agents < 1 || agents > MOST_AGENTS)) {
      throw new ParameterException(
          spec.commandLine(), "--agents %d must be 1 to %,d".formatted(agents, MOST_AGENTS));
    }
    List<AgentCard> allCards = cards == null ? Cards.builtIn() : Cards.read(cards);
    List<LabelledNeed> allNeeds = needs == null ? Needs.builtIn() : Needs.read(needs);
    Logs.to(out);
    Report report = Report.start(out, "demo", demo.seed());
    DemoServers.Settings settings = demo.servers(brokerPort, databasePort);
    var input =
        new Demo.Input(
            Cards.scale(allCards, agents == null ? allCards.size() : agents),
            allNeeds,
            demo.seed());
    return Demo.run(input, settings, report) ? 0 : 1;
  }

  private void port(String option, int value) {
    if (value < 0 || value > 65_535) {
      throw new ParameterException(
          spec.commandLine(), "%s %d must be 0 to 65535".formatted(option, value));
    }
  }
}

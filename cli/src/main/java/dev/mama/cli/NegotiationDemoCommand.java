package dev.mama.cli;

import dev.mama.AgentCard;
import dev.mama.examples.Cards;
import dev.mama.examples.InputException;
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

/** Forms a team by negotiation. */
@Command(
    name = "negotiation",
    mixinStandardHelpOptions = true,
    description =
        "A hackathon team is formed out of 50 participants from a demand in one sentence: matched,"
            + " invited, offers over MQTT, a plan, its confirmation, all recorded in PostgreSQL."
            + " Broker and database are embedded. The model is the one at MAMA_LLM_URL (with"
            + " MAMA_LLM_MODEL and MAMA_LLM_KEY), else a scripted one that says so.")
final class NegotiationDemoCommand implements Callable<Integer> {

  private static final int MOST_INVITED = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--demand",
      paramLabel = "TEXT",
      description = "what the team is for (${DEFAULT-VALUE})")
  private String demand =
      "A weekend's team for a phone app that finds lost cats from photos that neighbours take.";

  @Option(
      names = "--members",
      paramLabel = "N",
      description = "how many are wanted (${DEFAULT-VALUE})")
  private int members = 3;

  @Option(
      names = "--invite",
      paramLabel = "N",
      description = "how many are asked for an offer (${DEFAULT-VALUE})")
  private int invite = 12;

  @Option(
      names = "--cards",
      paramLabel = "FILE",
      description = "participants: a YAML list of {id, specialty, description} (50 of them)")
  private @Nullable Path cards;

  @Mixin private DemoOptions demo = new DemoOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "where report.json and mama.log go (${DEFAULT-VALUE})")
  private Path out = Path.of("results", "demo-negotiation");

  @Override
  public Integer call() throws InterruptedException {
    if (members < 1 || invite < members || invite > MOST_INVITED) {
      throw new ParameterException(
          spec.commandLine(),
          "--members %d of --invite %d: at least 1 member, and as many to %,d invited"
              .formatted(members, invite, MOST_INVITED));
    }
    List<AgentCard> all = cards == null ? Cards.hackathon() : Cards.read(cards);
    if (demand.isBlank()) {
      throw new InputException("--demand is blank; say in a sentence what the team is for");
    }
    Logs.to(out);
    Report report = Report.start(out, "demo negotiation", demo.seed());
    DemoServers.Settings settings = demo.servers(0, 0);
    var input = new NegotiationDemo.Input(all, demand, members, invite, demo.seed());
    return NegotiationDemo.run(input, settings, report) ? 0 : 1;
  }
}

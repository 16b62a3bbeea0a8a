package dev.mama.examples;

import dev.mama.AgentCard;
import dev.mama.AgentId;
import dev.mama.examples.Needs.LabelledNeed;
import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The script of the demo's fake model: it answers right with the hidden skill of the agent that
 * asks, after that agent's latency, and otherwise names another field. It is no model and says
 * nothing of substance.
 *
 * <p>Thread-safe; the same seed, agent and question give the same answer.
 */
public final class ScriptedExpert implements Function<Call, Answer> {

  private static final Pattern AGENT = Pattern.compile("You are agent ([A-Za-z0-9._-]+)\\. ");

  private final Map<AgentId, Expertise> expertise;
  private final Map<AgentId, String> specialties = new HashMap<>();
  private final Map<String, String> expected = new HashMap<>();
  private final List<String> fields;
  private final long seed;

  public ScriptedExpert(
      List<AgentCard> cards,
      List<LabelledNeed> needs,
      Map<AgentId, Expertise> expertise,
      long seed) {
    this.expertise = Map.copyOf(expertise);
    this.seed = seed;
    cards.forEach(card -> specialties.put(card.agent(), card.specialty()));
    needs.forEach(
        need -> need.specialty().ifPresent(field -> expected.put(need.need().text(), field)));
    fields = List.copyOf(new TreeSet<>(specialties.values()));
  }

  @Override
  public Answer apply(Call call) {
    Matcher matcher = AGENT.matcher(call.messages().getFirst().content());
    if (!matcher.lookingAt()) {
      return Answer.failure(400);
    }
    AgentId agent = AgentId.of(matcher.group(1));
    Expertise skill = expertise.get(agent);
    if (skill == null) {
      return Answer.failure(400);
    }
    String own = specialties.getOrDefault(agent, "");
    String right = expected.getOrDefault(call.text(), own);
    var random = new SplittableRandom(seed + 31L * agent.hashCode() + call.text().hashCode());
    String field = random.nextDouble() < skill.skill() ? right : other(right, random);
    return new Answer.Text(
        "Field: %s%nThis is a scripted answer of agent %s; no model was asked."
            .formatted(field, agent),
        skill.latency());
  }

  private String other(String right, SplittableRandom random) {
    String field = fields.get(random.nextInt(fields.size()));
    return field.equals(right) ? "something else" : field;
  }
}

package dev.mama.examples;

import dev.mama.testkit.ScriptedChatServer.Answer;
import dev.mama.testkit.ScriptedChatServer.Call;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The script of the negotiation demo's fake model. It plays every part by rote: it repeats the
 * demand, offers what stands on a card (three times in four), asks the best two a question and then
 * picks the best of different fields. It is no model and says nothing of substance.
 *
 * <p>Thread-safe; the same seed and prompt give the same answer.
 */
public final class ScriptedTeam implements Function<Call, Answer> {

  private static final Pattern AGENT = Pattern.compile("You are agent ([A-Za-z0-9._-]+)\\.");
  private static final Pattern OFFER =
      Pattern.compile("^- agent ([A-Za-z0-9._-]+),", Pattern.MULTILINE);
  private static final Pattern MEMBERS = Pattern.compile("Choose (\\d+) of them");
  private static final Duration LEAST = Duration.ofMillis(150);

  private final long seed;

  public ScriptedTeam(long seed) {
    this.seed = seed;
  }

  @Override
  public Answer apply(Call call) {
    String prompt = call.text();
    var random = new SplittableRandom(seed + prompt.hashCode());
    Duration latency = LEAST.plusMillis(random.nextInt(400));
    Matcher agent = AGENT.matcher(prompt);
    if (agent.find()) {
      return new Answer.Text(
          prompt.contains("<question>")
              ? "Yes, from Friday evening on. (A scripted answer; no model was asked.)"
              : offer(between(prompt, "card"), random),
          latency);
    }
    if (prompt.contains("<offers>")) {
      return new Answer.Text(plan(prompt), latency);
    }
    return prompt.contains("<profile>")
        ? new Answer.Text(
            "{\"demand\": \"%s\"}".formatted(escaped(between(prompt, "demand"))), latency)
        : Answer.failure(400);
  }

  private static String offer(String card, SplittableRandom random) {
    if (random.nextInt(4) == 0) {
      return "{\"type\": \"Decline\", \"reason\": \"this weekend belongs to the family\"}";
    }
    String cited = card.split("[:,.]", 2)[0];
    return String.format(
        Locale.ROOT,
        "{\"type\": \"MakeOffer\", \"summary\": \"%s\", \"citation\": \"%s\", \"price\": %d, \"quality\": %.2f}",
        escaped(card),
        escaped(cited),
        random.nextInt(10) * 10,
        0.5 + random.nextInt(50) / 100.0);
  }

  private static String plan(String prompt) {
    var offers = new ArrayList<String>();
    OFFER.matcher(prompt).results().forEach(found -> offers.add(found.group(1)));
    if (!prompt.contains("This is the last round")) {
      String question =
          "{\"type\": \"AskAgent\", \"agent\": \"%s\", \"question\": \"Are you there all weekend?\"}";
      return "{\"moves\": [%s, %s]}"
          .formatted(question.formatted(offers.getFirst()), question.formatted(offers.getLast()));
    }
    Matcher members = MEMBERS.matcher(prompt);
    int wanted = members.find() ? Integer.parseInt(members.group(1)) : 1;
    List<String> team = ofDifferentFields(offers, wanted);
    var parts = new ArrayList<String>();
    for (String each : team) {
      parts.add("{\"agent\": \"%s\", \"task\": \"takes care of %s\"}".formatted(each, field(each)));
    }
    return "{\"decision\": {\"type\": \"OutputPlan\", \"summary\": \"a team of %s\", \"parts\": [%s]}}"
        .formatted(
            String.join(", ", team.stream().map(ScriptedTeam::field).toList()),
            String.join(", ", parts));
  }

  private static List<String> ofDifferentFields(List<String> offers, int wanted) {
    var fields = new HashSet<String>();
    var team = new ArrayList<String>();
    for (String each : offers) {
      if (team.size() < wanted && fields.add(field(each))) {
        team.add(each);
      }
    }
    for (String each : offers) {
      if (team.size() < wanted && !team.contains(each)) {
        team.add(each);
      }
    }
    return team;
  }

  /** The field in an id such as {@code machine-learning-2}. */
  private static String field(String agent) {
    int dash = agent.lastIndexOf('-');
    return (dash < 0 ? agent : agent.substring(0, dash)).replace('-', ' ');
  }

  private static String between(String prompt, String tag) {
    int start = prompt.indexOf("<" + tag + ">") + tag.length() + 2;
    int end = prompt.indexOf("</" + tag + ">");
    return end < start ? "" : prompt.substring(start, end).strip();
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"").replaceAll("\\s+", " ");
  }
}

package dev.mama.negotiation;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What models are asked, as templates: texts with places such as {@code {{demand}}}. Those that
 * come with the module may be replaced by files of the same name, {@code formulate.md}, {@code
 * plan.md}, {@code offer.md} and {@code answer.md}. What is put into a place is never looked at as
 * a template.
 *
 * <p>Immutable.
 */
public final class Prompts {

  private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z]+)}}");

  /** The templates, each with the places it may have. */
  private static final Map<String, Set<String>> PLACES = new LinkedHashMap<>();

  static {
    PLACES.put("formulate", Set.of("demand", "profile", "members"));
    PLACES.put("plan", Set.of("demand", "members", "budget", "offers", "answers", "round", "last"));
    PLACES.put("offer", Set.of("agent", "card", "demand", "atmost"));
    PLACES.put("answer", Set.of("agent", "card", "question"));
  }

  private final Map<String, String> templates;

  private Prompts(Map<String, String> templates) {
    this.templates = Map.copyOf(templates);
  }

  /** The templates that come with the module. */
  public static Prompts builtIn() {
    return new Prompts(shipped());
  }

  /**
   * The templates in {@code folder}, and for those that are not there the ones that come with the
   * module.
   *
   * @throws IllegalArgumentException if a template has a place that nothing is known for, or none
   *     of the files is there; the message names the file and what there is
   * @throws UncheckedIOException if a file cannot be read
   */
  public static Prompts in(Path folder) {
    Map<String, String> templates = shipped();
    var found = new ArrayList<Path>();
    for (var entry : PLACES.entrySet()) {
      Path file = folder.resolve(entry.getKey() + ".md");
      if (Files.exists(file)) {
        found.add(file);
        try {
          templates.put(entry.getKey(), checked(file, Files.readString(file), entry.getValue()));
        } catch (IOException e) {
          throw new UncheckedIOException("template '%s' cannot be read".formatted(file), e);
        }
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "folder '%s' holds none of the templates %s".formatted(folder, names()));
    }
    return new Prompts(templates);
  }

  private static String checked(Path file, String template, Set<String> places) {
    Matcher place = PLACE.matcher(template);
    while (place.find()) {
      if (!places.contains(place.group(1))) {
        throw new IllegalArgumentException(
            "template '%s' has a place '%s'; there are %s"
                .formatted(file, place.group(1), new TreeSet<>(places)));
      }
    }
    return template;
  }

  private static List<String> names() {
    return PLACES.keySet().stream().map(name -> name + ".md").toList();
  }

  private static Map<String, String> shipped() {
    var templates = new LinkedHashMap<String, String>();
    for (String name : PLACES.keySet()) {
      try (InputStream file = Prompts.class.getResourceAsStream(name + ".md")) {
        if (file == null) {
          throw new IllegalStateException("template '%s.md' is missing in the jar".formatted(name));
        }
        templates.put(name, new String(file.readAllBytes(), StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return templates;
  }

  String formulate(Map<String, String> values) {
    return fill("formulate", values);
  }

  String plan(Map<String, String> values) {
    return fill("plan", values);
  }

  String offer(Map<String, String> values) {
    return fill("offer", values);
  }

  String answer(Map<String, String> values) {
    return fill("answer", values);
  }

  private String fill(String name, Map<String, String> values) {
    return PLACE
        .matcher(templates.getOrDefault(name, ""))
        .replaceAll(place -> Matcher.quoteReplacement(values.getOrDefault(place.group(1), "")));
  }
}

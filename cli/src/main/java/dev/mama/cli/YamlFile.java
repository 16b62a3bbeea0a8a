package dev.mama.cli;

import dev.mama.examples.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML file whose mistakes are told with their lines, all of them. {@code ${NAME}} in a value is
 * replaced by the environment's; what it stands for is in no message.
 *
 * <p>Not thread-safe.
 */
final class YamlFile {

  private static final long MOST_BYTES = 1 << 20;
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

  private final String source;
  private final UnaryOperator<@Nullable String> environment;
  private final Map<Long, List<String>> problems = new LinkedHashMap<>();

  /** A mapping of the file, of whose keys each is known. */
  final class Section {
    private final Map<String, Node> values = new LinkedHashMap<>();
    private final int line;
    private final boolean mapping;

    private Section(@Nullable Node node, String name, Collection<String> known) {
      line = node == null ? 0 : lineOf(node);
      mapping = node instanceof MappingNode;
      if (node == null) {
        return;
      }
      if (!(node instanceof MappingNode entries)) {
        problem(line, "%s must be a mapping of %s".formatted(name, String.join(", ", known)));
        return;
      }
      for (NodeTuple tuple : entries.getValue()) {
        int keyLine = lineOf(tuple.getKeyNode());
        String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "?";
        if (!known.contains(key)) {
          problem(
              keyLine,
              "key '%s' of %s is unknown; did you mean '%s'? Known are %s"
                  .formatted(key, name, nearest(key, known), String.join(", ", known)));
        } else if (values.putIfAbsent(key, tuple.getValueNode()) != null) {
          problem(keyLine, "key '%s' of %s stands there twice; keep one".formatted(key, name));
        }
      }
    }

    int line() {
      return line;
    }

    boolean isMapping() {
      return mapping;
    }

    boolean has(String key) {
      return values.containsKey(key);
    }

    /** The line of {@code key}'s value. */
    int line(String key) {
      Node node = values.get(key);
      return node == null ? line : lineOf(node);
    }

    /** The mapping {@code key}, empty where it is missing. */
    Section section(String key, Collection<String> known) {
      return new Section(values.get(key), "'" + key + "'", known);
    }

    /** The mappings of the list {@code key}. */
    List<Section> sections(String key, Collection<String> known) {
      Node node = values.get(key);
      var sections = new ArrayList<Section>();
      if (node instanceof SequenceNode list) {
        list.getValue()
            .forEach(item -> sections.add(new Section(item, "an entry of '" + key + "'", known)));
      } else if (node != null) {
        problem(lineOf(node), "'%s' must be a list, each entry beginning with '- '".formatted(key));
      }
      return sections;
    }

    /** The whole number {@code key}, or {@code fallback} where it is missing. */
    long number(String key, long fallback, long least, long most) {
      Node node = values.get(key);
      String text = node == null ? null : plain(key, node, "a whole number");
      if (text == null) {
        return fallback;
      }
      try {
        long number = Long.parseLong(text);
        if (number >= least && number <= most) {
          return number;
        }
        problem(line(key), "'%s' %s must be %,d to %,d".formatted(key, raw(node), least, most));
      } catch (NumberFormatException e) {
        problem(line(key), "'%s' must be a whole number, not '%s'".formatted(key, raw(node)));
      }
      return fallback;
    }

    /** The truth value {@code key}, or {@code fallback} where it is missing. */
    boolean truth(String key, boolean fallback) {
      Node node = values.get(key);
      String text = node == null ? null : plain(key, node, "true or false");
      if (text != null && !text.equals("true") && !text.equals("false")) {
        problem(line(key), "'%s' must be true or false, not '%s'".formatted(key, raw(node)));
      }
      return text == null ? fallback : text.equals("true");
    }

    /** The text {@code key}, not blank, or empty where it is missing. */
    Optional<String> text(String key) {
      Node node = values.get(key);
      if (node == null) {
        return Optional.empty();
      }
      if (!(node instanceof ScalarNode scalar) || scalar.getValue().isBlank()) {
        problem(lineOf(node), "'%s' must be a text".formatted(key));
        return Optional.empty();
      }
      return Optional.ofNullable(expanded(key, scalar));
    }

    /** The texts of the list {@code key}, empty where it is missing. */
    List<String> texts(String key) {
      Node node = values.get(key);
      var texts = new ArrayList<String>();
      if (node instanceof SequenceNode list) {
        for (Node item : list.getValue()) {
          if (item instanceof ScalarNode scalar && !scalar.getValue().isBlank()) {
            String text = expanded(key, scalar);
            texts.add(text == null ? "" : text);
          } else {
            problem(lineOf(item), "an entry of '%s' must be a text".formatted(key));
          }
        }
      } else if (node != null) {
        problem(lineOf(node), "'%s' must be a list of texts in [ ]".formatted(key));
      }
      return List.copyOf(texts);
    }

    /** The text {@code key}, which must be one of {@code known}. */
    String choice(String key, String fallback, List<String> known) {
      String text = text(key).orElse(null);
      if (text != null && !known.contains(text)) {
        problem(
            line(key),
            "'%s' must be %s, not '%s'"
                .formatted(key, String.join(" or ", known), raw(values.get(key))));
      }
      return text == null ? fallback : text;
    }

    private @Nullable String plain(String key, Node node, String wanted) {
      if (node instanceof ScalarNode scalar
          && (scalar.getScalarStyle() == ScalarStyle.PLAIN
              || VARIABLE.matcher(scalar.getValue()).find())) { // quoted where braces ask for it
        return expanded(key, scalar);
      }
      problem(
          lineOf(node),
          "'%s' must be %s%s"
              .formatted(
                  key,
                  wanted,
                  node instanceof ScalarNode ? ", not a text; leave the quotes out" : ""));
      return null;
    }
  }

  private YamlFile(String source, UnaryOperator<@Nullable String> environment) {
    this.source = source;
    this.environment = environment;
  }

  /** What a reader makes of the file's outermost mapping. */
  interface Reading<T> {
    T read(YamlFile file, Section root);
  }

  /**
   * Reads {@code file}.
   *
   * @param environment the value of a variable, or null
   * @param known the keys of the outermost mapping
   * @throws InputException if it cannot be read or {@code reading} has told of problems; one a line
   */
  static <T> T read(
      Path file,
      UnaryOperator<@Nullable String> environment,
      Collection<String> known,
      Reading<T> reading) {
    var yaml = new YamlFile(file.toString(), environment);
    Section root = yaml.new Section(yaml.compose(file), "the file", known);
    if (!root.isMapping()) {
      yaml.throwProblems(); // nothing else need be told
    }
    T result = reading.read(yaml, root);
    yaml.throwProblems();
    return result;
  }

  private void throwProblems() {
    if (!problems.isEmpty()) {
      throw new InputException(
          String.join(
              "\n",
              problems.entrySet().stream()
                  .sorted(Map.Entry.comparingByKey())
                  .flatMap(entry -> entry.getValue().stream())
                  .toList()));
    }
  }

  private Node compose(Path file) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new InputException(
            "%s: has more than %,d bytes; that is no experiment file".formatted(file, MOST_BYTES));
      }
      try (InputStream in = Files.newInputStream(file)) {
        return new Compose(LoadSettings.builder().setLabel(source).build())
            .composeInputStream(in)
            .orElseThrow(() -> new InputException(source + ": is empty; a mapping is expected"));
      }
    } catch (NoSuchFileException e) {
      throw new InputException("%s: there is no such file".formatted(file));
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, e));
    } catch (MarkedYamlEngineException e) {
      throw new InputException(
          "%s line %d: is not YAML: %s"
              .formatted(
                  source, e.getProblemMark().map(Mark::getLine).orElse(-1) + 1, e.getProblem()));
    } catch (YamlEngineException e) {
      throw new InputException(
          "%s: is not YAML: %s"
              .formatted(source, String.valueOf(e.getMessage()).lines().findFirst().orElse("")));
    }
  }

  /** Notes a mistake, to be told with the others. */
  void problem(int line, String what) {
    problems
        .computeIfAbsent((long) line, key -> new ArrayList<>())
        .add(line == 0 ? source + ": " + what : "%s line %d: %s".formatted(source, line, what));
  }

  /** The value with its variables, or null where one is missing, which is noted. */
  private @Nullable String expanded(String key, ScalarNode scalar) {
    Matcher matcher = VARIABLE.matcher(scalar.getValue());
    var text = new StringBuilder();
    while (matcher.find()) {
      String name = String.valueOf(matcher.group(1));
      String value = environment.apply(name);
      if (value == null) {
        problem(
            lineOf(scalar),
            "'%s' needs the environment variable '%s', which is not set; export it"
                .formatted(key, name));
        return null;
      }
      matcher.appendReplacement(text, Matcher.quoteReplacement(value));
    }
    return matcher.appendTail(text).toString();
  }

  /** The value as it stands in the file, with the names of variables instead of their values. */
  private static String raw(@Nullable Node node) {
    return node instanceof ScalarNode scalar ? scalar.getValue() : "?";
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }

  private static String nearest(String key, Collection<String> known) {
    return known.stream().min(Comparator.comparingInt(k -> distance(key, k))).orElse("");
  }

  /** How many letters must be put in, taken out or changed (Levenshtein). */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}

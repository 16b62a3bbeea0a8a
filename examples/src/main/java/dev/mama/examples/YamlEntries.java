package dev.mama.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * Reads a YAML list of flat mappings and remembers the line of each, so that a mistake can be
 * pointed at.
 */
final class YamlEntries {

  /** One mapping of the list: its texts by field name, and where it begins. */
  record Entry(String place, Map<String, String> fields) {

    String required(String field) {
      return optional(field)
          .orElseThrow(() -> wrong("field '%s' is missing or blank; add it".formatted(field)));
    }

    Optional<String> optional(String field) {
      return Optional.ofNullable(fields.get(field)).map(String::strip).filter(s -> !s.isEmpty());
    }

    InputException wrong(String what) {
      return new InputException(place + ": " + what);
    }
  }

  private YamlEntries() {}

  /**
   * @param known the fields that an entry may have
   * @throws InputException if the file cannot be read or has another form
   */
  static List<Entry> read(Path file, Set<String> known) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString(), known);
    } catch (NoSuchFileException e) {
      throw new InputException("%s: there is no such file".formatted(file));
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(file, e));
    }
  }

  /** The same for a file that comes with the examples. */
  static List<Entry> builtIn(String name, Set<String> known) {
    try (InputStream in = YamlEntries.class.getResourceAsStream(name)) {
      return read(Objects.requireNonNull(in, name), name, known);
    } catch (IOException e) {
      throw new InputException("%s: cannot be read: %s".formatted(name, e));
    }
  }

  private static List<Entry> read(InputStream in, String source, Set<String> known)
      throws IOException {
    Node root;
    try {
      root =
          new Compose(LoadSettings.builder().setLabel(source).build())
              .composeInputStream(in)
              .orElseThrow(() -> new InputException(source + ": is empty; a list is expected"));
    } catch (MarkedYamlEngineException e) {
      throw new InputException(
          "%s: is not YAML: %s".formatted(place(source, e.getProblemMark()), e.getProblem()));
    } catch (YamlEngineException e) {
      throw new InputException("%s: is not YAML: %s".formatted(source, firstLine(e)));
    }
    if (!(root instanceof SequenceNode list)) {
      throw new InputException(
          "%s: a list is expected, each entry beginning with '- '"
              .formatted(place(source, root.getStartMark())));
    }
    var entries = new ArrayList<Entry>();
    for (Node item : list.getValue()) {
      entries.add(entry(item, source, known));
    }
    if (entries.isEmpty()) {
      throw new InputException(source + ": the list is empty; add at least one entry");
    }
    return entries;
  }

  private static Entry entry(Node item, String source, Set<String> known) {
    String place = place(source, item.getStartMark());
    if (!(item instanceof MappingNode mapping)) {
      throw new InputException(place + ": an entry with the fields " + known + " is expected");
    }
    var fields = new LinkedHashMap<String, String>();
    for (NodeTuple tuple : mapping.getValue()) {
      String fieldPlace = place(source, tuple.getKeyNode().getStartMark());
      if (!(tuple.getKeyNode() instanceof ScalarNode key) || !known.contains(key.getValue())) {
        String name = tuple.getKeyNode() instanceof ScalarNode key ? key.getValue() : "?";
        throw new InputException(
            "%s: field '%s' is unknown; known are %s".formatted(fieldPlace, name, known));
      }
      if (!(tuple.getValueNode() instanceof ScalarNode value)) {
        throw new InputException(
            "%s: field '%s' must be a text".formatted(fieldPlace, key.getValue()));
      }
      fields.put(key.getValue(), value.getValue());
    }
    return new Entry(place, fields);
  }

  private static String place(String source, Optional<Mark> mark) {
    return mark.map(m -> "%s line %d".formatted(source, m.getLine() + 1)).orElse(source);
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}

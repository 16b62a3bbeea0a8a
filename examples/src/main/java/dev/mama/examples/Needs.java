package dev.mama.examples;

import dev.mama.Need;
import dev.mama.examples.YamlEntries.Entry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The demo's needs, as a YAML list of {@code {text, specialty}}, the specialty optional.
 *
 * <p>Thread-safe; it holds nothing.
 */
public final class Needs {

  private static final Set<String> FIELDS = new LinkedHashSet<>(List.of("text", "specialty"));

  private Needs() {}

  /**
   * A need and, where it is known, the specialty that should serve it.
   *
   * <p>Immutable.
   */
  public record LabelledNeed(Need need, Optional<String> specialty) {}

  /** The 30 needs that come with the demo. */
  public static List<LabelledNeed> builtIn() {
    return needs(YamlEntries.builtIn("needs.yaml", FIELDS));
  }

  /**
   * The needs in {@code file}.
   *
   * @throws InputException if it cannot be read or has another form
   */
  public static List<LabelledNeed> read(Path file) {
    return needs(YamlEntries.read(file, FIELDS));
  }

  private static List<LabelledNeed> needs(List<Entry> entries) {
    var needs = new ArrayList<LabelledNeed>();
    for (Entry entry : entries) {
      try {
        needs.add(new LabelledNeed(new Need(entry.required("text")), entry.optional("specialty")));
      } catch (IllegalArgumentException e) {
        throw entry.wrong(String.valueOf(e.getMessage()));
      }
    }
    return List.copyOf(needs);
  }
}

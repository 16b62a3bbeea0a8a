package dev.mama.cli.compare;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/** The tables that stand beside the classes: cells apart by semicolons, no head, # for remarks. */
final class Table {

  private static final Pattern APART = Pattern.compile(";", Pattern.LITERAL);

  private Table() {}

  /** The rows of {@code name}, cell by cell. */
  static List<List<String>> of(String name) {
    InputStream resource = Table.class.getResourceAsStream(name);
    if (resource == null) {
      throw new IllegalStateException("table '%s' is not in the jar".formatted(name));
    }
    try (var lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .map(line -> APART.splitAsStream(line + " ").map(String::strip).toList())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("table '%s' cannot be read".formatted(name), e);
    }
  }
}

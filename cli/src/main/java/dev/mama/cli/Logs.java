package dev.mama.cli;

import java.nio.file.Path;

/**
 * Where the log goes: {@code mama.log} beside the report, so that the terminal stays with the
 * person.
 */
final class Logs {

  private Logs() {}

  /** To be called before anything logs; {@code logback.xml} reads the property. */
  static void to(Path folder) {
    System.setProperty("mama.log", folder.resolve("mama.log").toString());
  }
}

package dev.mama.replay;

import dev.mama.journal.JournalOptions;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** How a run stands in its journal: a head, then a turn a record, all as JSON. */
final class RunFormat {

  static final int VERSION = 1;
  static final String APPLICATION = "run";
  static final JournalOptions OPTIONS = JournalOptions.of(APPLICATION);
  static final JsonMapper JSON = JsonMapper.builder().build();

  /** The first record. */
  record Head(int version, String experiment, long seed) {}

  private RunFormat() {}

  static ByteBuffer write(Record any) {
    return ByteBuffer.wrap(JSON.writeValueAsBytes(any));
  }

  static <T> T read(ByteBuffer bytes, Class<T> type, String place) {
    String text = StandardCharsets.UTF_8.decode(bytes).toString();
    try {
      return JSON.readValue(text, type);
    } catch (JacksonException e) {
      throw new RunException(
          "%s is not what a run is made of (%s); it was written by something else"
              .formatted(place, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          e);
    }
  }
}

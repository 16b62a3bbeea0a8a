package dev.mama.journal;

import java.util.regex.Pattern;

/**
 * How a journal is kept.
 *
 * <p>Immutable.
 *
 * @param application whose records these are, such as {@code inbox}: 1 to 16 characters of a-z 0-9
 *     -; stands in every segment, and a folder of another application is refused
 * @param maxRecordBytes the largest payload of a record, 1 byte to 256 MiB; a larger one is refused
 * @param maxInFlightBytes how many bytes may wait to be written, record headers included, before
 *     appending waits; room for one largest record at least, at most 512 MiB
 * @param segmentBytes the size at which a segment file ends; no file grows beyond it by more than a
 *     mark, room for all that is in flight at least
 */
public record JournalOptions(
    String application, int maxRecordBytes, int maxInFlightBytes, long segmentBytes) {

  private static final Pattern APPLICATION = Pattern.compile("[a-z0-9-]{1,16}");
  private static final int MIB = 1 << 20;

  public JournalOptions {
    if (!APPLICATION.matcher(application).matches()) {
      throw new IllegalArgumentException(
          "journal application '%s' must be 1 to 16 characters of a-z 0-9 -"
              .formatted(application));
    }
    if (maxRecordBytes < 1 || maxRecordBytes > 256 * MIB) {
      throw new IllegalArgumentException(
          "maxRecordBytes %d must be between 1 and %d".formatted(maxRecordBytes, 256 * MIB));
    }
    if (maxInFlightBytes < Segment.RECORD_HEADER + maxRecordBytes || maxInFlightBytes > 512 * MIB) {
      throw new IllegalArgumentException(
          "maxInFlightBytes %d must be between %d (one largest record) and %d"
              .formatted(maxInFlightBytes, Segment.RECORD_HEADER + maxRecordBytes, 512 * MIB));
    }
    long least = (long) Segment.HEADER + maxInFlightBytes + Segment.MARK;
    if (segmentBytes < least) {
      throw new IllegalArgumentException(
          "segmentBytes %d must be at least %d (a header, what may be in flight, and a mark)"
              .formatted(segmentBytes, least));
    }
  }

  /** Records of at most 16 MiB, 32 MiB in flight, segments of 64 MiB. */
  public static JournalOptions of(String application) {
    return new JournalOptions(application, 16 * MIB, 32 * MIB, 64L * MIB);
  }

  /** These options with another limit of a record's payload. */
  public JournalOptions maxRecordBytes(int bytes) {
    return new JournalOptions(application, bytes, maxInFlightBytes, segmentBytes);
  }

  /** These options with another limit of what waits to be written. */
  public JournalOptions maxInFlightBytes(int bytes) {
    return new JournalOptions(application, maxRecordBytes, bytes, segmentBytes);
  }

  /** These options with another size of a segment. */
  public JournalOptions segmentBytes(long bytes) {
    return new JournalOptions(application, maxRecordBytes, maxInFlightBytes, bytes);
  }
}

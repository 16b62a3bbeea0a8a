package dev.mama.replay;

/**
 * Something that happened in a turn: a message that arrived, or something the agent did, with what
 * came of it.
 *
 * <p>Immutable.
 *
 * @param kind what: {@code arrived}, {@code sent}, {@code asked}, {@code chatted}, {@code drew},
 *     {@code clock}, {@code failed} and so on
 * @param argument what the agent said, in words or JSON; empty where it said nothing
 * @param result what it got, in words or JSON; empty where it got nothing
 * @param aside what is each run's own and no difference between two: times, ids
 */
public record Happening(String kind, String argument, String result, String aside) {

  /** Whether the same happened, whatever is each run's own. */
  public boolean isSame(Happening other) {
    return kind.equals(other.kind)
        && argument.equals(other.argument)
        && result.equals(other.result);
  }

  /** For a person; cut to 400 characters. */
  @Override
  public String toString() {
    String text =
        kind
            + (argument.isEmpty() ? "" : " " + argument)
            + (result.isEmpty() ? "" : (kind.equals("arrived") ? " " : " -> ") + result);
    return text.length() <= 400 ? text : text.substring(0, 400) + "…";
  }
}

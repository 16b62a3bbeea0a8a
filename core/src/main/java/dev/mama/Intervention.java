package dev.mama;

import java.util.Objects;

/**
 * What somebody who runs an experiment wants changed in an agent's state. It comes on {@link
 * Channel#INTERVENE} like any message, is recorded where it arrives, and the agent does with it
 * what its author wrote: state is the agent's own, and nobody else can set it.
 *
 * <p>Immutable.
 *
 * @param field which field of the state, in the agent's own words
 * @param value what it is to be, as text
 */
public record Intervention(String field, String value) {
  public Intervention {
    Objects.requireNonNull(field, "field");
    Objects.requireNonNull(value, "value");
  }
}

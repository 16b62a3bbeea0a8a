package dev.mama;

/** The last level of an agent's topic: who speaks to the agent. */
public enum Channel {
  /** Agents among themselves. */
  AGENT_CHAT("agent-chat"),
  /** A person, or a program on a person's behalf. */
  USER_CHAT("user-chat"),
  /** A form that is to be answered. */
  USER_SURVEY("user-survey"),
  /** Whoever runs the experiment, setting a field of the agent's state: an {@link Intervention}. */
  INTERVENE("intervene");

  private final String level;

  Channel(String level) {
    this.level = level;
  }

  /** The level as it stands in a topic, for example {@code agent-chat}. */
  public String level() {
    return level;
  }

  /**
   * The channel whose {@link #level} is {@code level}.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Channel ofLevel(String level) {
    for (Channel channel : values()) {
      if (channel.level.equals(level)) {
        return channel;
      }
    }
    throw new IllegalArgumentException(
        "channel '%s' is none of agent-chat, user-chat, user-survey, intervene".formatted(level));
  }
}

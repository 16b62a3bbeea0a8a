package dev.mama;

/**
 * One message of a conversation with a model.
 *
 * <p>Immutable.
 *
 * @param role who says it
 * @param content what is said
 */
public record ChatMessage(Role role, String content) {

  /** Who speaks; the names of the OpenAI chat protocol in lower case. */
  public enum Role {
    SYSTEM,
    USER,
    ASSISTANT
  }
}

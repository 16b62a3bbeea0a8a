package dev.mama;

/** The group has been closed; nothing was accepted. */
public final class GroupClosedException extends MamaException {

  private static final long serialVersionUID = 1L;

  public GroupClosedException(String group) {
    super("group '%s' has been closed; nothing more is accepted".formatted(group), null);
  }
}

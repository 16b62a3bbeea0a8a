package dev.mama;

/** A payload that cannot be read, cannot be written, or is over its limit. */
public final class PayloadException extends MamaException {

  private static final long serialVersionUID = 1L;

  public PayloadException(String message) {
    super(message, null);
  }

  public PayloadException(String message, Throwable cause) {
    super(message, cause);
  }
}

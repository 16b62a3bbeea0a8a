package dev.mama;

/** A message that is still to come. Implementations are thread-safe. */
@FunctionalInterface
public interface Scheduled {

  /** Takes it back; nothing happens where it has come already, or has been taken back before. */
  void cancel();
}

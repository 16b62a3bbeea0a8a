package dev.mama.matching;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The first 128 bits of a text's SHA-256: of 10^9 texts no two share them but with a chance of
 * 10^-21.
 *
 * <p>Over UTF-16 code units, so that texts that differ in a lone surrogate differ here too.
 */
record TextKey(long high, long low) {

  /** Never fed, only copied: looking the algorithm up takes longer than a text takes to hash. */
  private static final MessageDigest SHA_256 = sha256();

  static TextKey of(String text) {
    var units = new byte[2 * text.length()];
    for (int i = 0; i < text.length(); i++) {
      char unit = text.charAt(i);
      units[2 * i] = (byte) (unit >> 8);
      units[2 * i + 1] = (byte) unit;
    }
    try {
      var hash = ByteBuffer.wrap(((MessageDigest) SHA_256.clone()).digest(units));
      return new TextKey(hash.getLong(), hash.getLong());
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

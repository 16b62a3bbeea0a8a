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

  static TextKey of(String text) {
    var units = ByteBuffer.allocate(2 * text.length());
    units.asCharBuffer().put(text);
    try {
      var hash = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(units.array()));
      return new TextKey(hash.getLong(), hash.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

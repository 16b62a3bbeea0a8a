package dev.mama.registry;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.HexFormat;

/**
 * Signatures of batches: Ed25519 (RFC 8032) over {@code "MAMA PML 1\n"} and the SHA-256 hash of the
 * body's UTF-8 bytes, so that one costs the same however large the batch is.
 *
 * <p>Immutable.
 */
final class PmlSignature {

  private static final byte[] CONTEXT = "MAMA PML 1\n".getBytes(StandardCharsets.US_ASCII);

  private PmlSignature() {}

  /** SHA-256 of {@code body} in UTF-8, 64 hexadecimal digits. */
  static String hash(String body) {
    return HexFormat.of().formatHex(Block.sha256().digest(body.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * @throws IllegalArgumentException if the key is none of Ed25519
   */
  static String sign(String hash, PrivateKey key) {
    try {
      Signature signature = Signature.getInstance("Ed25519");
      signature.initSign(key);
      signature.update(CONTEXT);
      signature.update(HexFormat.of().parseHex(hash));
      return HexFormat.of().formatHex(signature.sign());
    } catch (InvalidKeyException e) {
      throw new IllegalArgumentException(
          "a key of %s cannot sign; make one by KeyPairGenerator.getInstance(\"Ed25519\")"
              .formatted(key.getAlgorithm()),
          e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Ed25519 is missing from this Java platform", e);
    }
  }

  static boolean isValid(String hash, String signature, PublicKey key) {
    byte[] signed;
    try {
      signed = HexFormat.of().parseHex(signature);
    } catch (IllegalArgumentException e) {
      return false;
    }
    try {
      Signature verification = Signature.getInstance("Ed25519");
      verification.initVerify(key);
      verification.update(CONTEXT);
      verification.update(HexFormat.of().parseHex(hash));
      return signed.length == 64 && verification.verify(signed);
    } catch (SignatureException e) {
      return false; // no point of the curve
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Ed25519 is missing from this Java platform", e);
    }
  }
}

package dev.mama.mqtt;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * Whom to trust, and who we are, over TLS. The broker's host name is always checked against its
 * certificate.
 *
 * <p>Immutable.
 *
 * @param authorities PEM file of the certificates whose word is taken for the broker's; empty for
 *     the JVM's own trust store
 * @param certificate PEM file of our certificate and those that vouch for it, ours first; empty
 *     where the broker asks for none
 * @param key PEM file of our private key, PKCS #8, not encrypted (RSA or EC); there with the
 *     certificate
 */
public record MqttTls(Optional<Path> authorities, Optional<Path> certificate, Optional<Path> key) {

  private static final char[] NO_PASSWORD = new char[0];

  /**
   * @throws IllegalArgumentException if only one of certificate and key is there
   */
  public MqttTls {
    if (certificate.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException(
          "TLS certificate %s and key %s come together or not at all".formatted(certificate, key));
    }
  }

  /** With the JVM's trust store. */
  public static MqttTls ofJvm() {
    return new MqttTls(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** With an authority of one's own. */
  public static MqttTls trusting(Path authorities) {
    return new MqttTls(Optional.of(authorities), Optional.empty(), Optional.empty());
  }

  /** The same, and the broker asks who we are (mutual TLS). */
  public MqttTls as(Path certificate, Path key) {
    return new MqttTls(authorities, Optional.of(certificate), Optional.of(key));
  }

  /**
   * @throws IllegalArgumentException if the file is not what it should be
   */
  Optional<TrustManagerFactory> trustManagers() {
    return authorities.map(file -> {
      try {
        KeyStore store = emptyStore();
        int number = 0;
        for (Certificate each : certificates(file)) {
          store.setCertificateEntry("authority-" + number++, each);
        }
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
      } catch (GeneralSecurityException | IOException e) {
        throw unusable("authorities", file, e);
      }
    });
  }

  /**
   * @throws IllegalArgumentException if a file is not what it should be
   */
  Optional<KeyManagerFactory> keyManagers() {
    return certificate.map(file -> {
      try {
        KeyStore store = emptyStore();
        store.setKeyEntry(
            "client",
            privateKey(key.orElseThrow()),
            NO_PASSWORD,
            certificates(file).toArray(Certificate[]::new));
        var factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, NO_PASSWORD);
        return factory;
      } catch (GeneralSecurityException | IOException e) {
        throw unusable("certificate", file, e);
      }
    });
  }

  private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }

  private static Collection<? extends Certificate> certificates(Path file)
      throws GeneralSecurityException, IOException {
    try (InputStream in = Files.newInputStream(file)) {
      var found = CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (found.isEmpty()) {
        throw new IOException("no certificate in it");
      }
      return found;
    }
  }

  private static PrivateKey privateKey(Path file) throws GeneralSecurityException, IOException {
    String pem = Files.readString(file, StandardCharsets.US_ASCII);
    int begin = pem.indexOf("-----BEGIN PRIVATE KEY-----");
    int end = pem.indexOf("-----END PRIVATE KEY-----");
    if (begin < 0 || end < begin) {
      throw unusable("key", file, new IOException("no unencrypted PKCS #8 key in it"));
    }
    byte[] der =
        Base64.getMimeDecoder()
            .decode(pem.substring(begin + "-----BEGIN PRIVATE KEY-----".length(), end));
    var spec = new PKCS8EncodedKeySpec(der);
    try {
      return KeyFactory.getInstance("RSA").generatePrivate(spec);
    } catch (InvalidKeySpecException e) {
      return KeyFactory.getInstance("EC").generatePrivate(spec); // or it is neither
    }
  }

  private static IllegalArgumentException unusable(String what, Path file, Exception cause) {
    return new IllegalArgumentException(
        "TLS %s '%s' cannot be used (%s); give a PEM file".formatted(what, file, cause), cause);
  }
}

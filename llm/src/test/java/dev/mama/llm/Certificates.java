package dev.mama.llm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * An authority, a server and a client with certificates of its making, for a test; made by the
 * running JDK's keytool.
 */
record Certificates(Path folder) {

  private static final String PASSWORD = "changeit";

  static Certificates in(Path folder) throws Exception {
    var made = new Certificates(folder);
    made.pair("ca", "-dname", "CN=test authority", "-ext", "bc:c");
    made.pair(
        "server", "-dname", "CN=server", "-signer", "ca", "-ext", "san=ip:127.0.0.1,dns:localhost");
    made.pair("client", "-dname", "CN=client", "-signer", "ca");
    made.write("stranger", made.pairOf("stranger", "-dname", "CN=a stranger"));
    for (String name : List.of("ca", "server", "client")) {
      made.write(name, made.store("all"));
    }
    return made;
  }

  Path chain(String name) {
    return folder.resolve(name + ".crt");
  }

  Path key(String name) {
    return folder.resolve(name + ".key");
  }

  private void pair(String alias, String... more) throws IOException, InterruptedException {
    keytool("all", alias, more);
  }

  private KeyStore pairOf(String alias, String... more) throws Exception {
    keytool(alias, alias, more);
    return store(alias);
  }

  private void keytool(String store, String alias, String... more)
      throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-validity", "2"));
    command.addAll(List.of("-keystore", folder.resolve(store + ".p12").toString()));
    command.addAll(List.of("-storepass", PASSWORD, "-storetype", "PKCS12"));
    command.addAll(List.of(more));
    Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed: " + said);
    }
  }

  private KeyStore store(String name) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
      store.load(in, PASSWORD.toCharArray());
    }
    return store;
  }

  private void write(String alias, KeyStore store) throws IOException, GeneralSecurityException {
    var chain = new StringBuilder();
    for (Certificate certificate : store.getCertificateChain(alias)) {
      chain.append(pem("CERTIFICATE", certificate.getEncoded()));
    }
    Files.writeString(chain(alias), chain);
    Files.writeString(
        key(alias), pem("PRIVATE KEY", store.getKey(alias, PASSWORD.toCharArray()).getEncoded()));
  }

  private static String pem(String what, byte[] bytes) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder().encodeToString(bytes), what);
  }
}

package dev.mama.mqtt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An authority and certificates by it, made with the JDK's {@code keytool}, as PEM files. */
final class Certificates {

  private static final String PASSWORD = "changeit";

  private final Path folder;

  private Certificates(Path folder) {
    this.folder = folder;
  }

  /** An authority of this name. */
  static Certificates authority(Path folder, String name) throws Exception {
    var made = new Certificates(Files.createDirectories(folder));
    made.keytool(
        "-genkeypair", "-alias", "ca", "-keyalg", "EC", "-dname", "CN=" + name, "-ext", "bc:c");
    made.exportCertificate("ca");
    made.exportKey("ca");
    return made;
  }

  /** A certificate for {@code name}, valid at 127.0.0.1. */
  void issue(String name) throws Exception {
    keytool(
        "-genkeypair",
        "-alias",
        name,
        "-keyalg",
        "EC",
        "-dname",
        "CN=" + name,
        "-signer",
        "ca",
        "-ext",
        "san=ip:127.0.0.1");
    exportCertificate(name);
    exportKey(name);
  }

  private KeyStore store() throws Exception {
    return KeyStore.getInstance(folder.resolve("store.p12").toFile(), PASSWORD.toCharArray());
  }

  private void exportCertificate(String name) throws Exception {
    byte[] certificate = store().getCertificate(name).getEncoded();
    Files.writeString(certificate(name), pem("CERTIFICATE", certificate));
  }

  private void exportKey(String name) throws Exception {
    byte[] key = store().getKey(name, PASSWORD.toCharArray()).getEncoded();
    Files.writeString(key(name), pem("PRIVATE KEY", key));
  }

  private static String pem(String what, byte[] der) {
    byte[] newLine = "\n".getBytes(StandardCharsets.US_ASCII);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(what, Base64.getMimeEncoder(64, newLine).encodeToString(der), what);
  }

  Path certificate(String name) {
    return folder.resolve(name + ".pem").toAbsolutePath();
  }

  Path key(String name) {
    return folder.resolve(name + ".key").toAbsolutePath();
  }

  private void keytool(String... arguments) throws IOException, InterruptedException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of(
            "-keystore",
            folder.resolve("store.p12").toString(),
            "-storetype",
            "PKCS12",
            "-storepass",
            PASSWORD,
            "-noprompt",
            "-J-XX:+UseSerialGC", // each is a JVM for a moment
            "-J-XX:TieredStopAtLevel=1"));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("keytool.log").toFile())
            .start();
    if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new IOException("keytool failed: " + Files.readString(folder.resolve("keytool.log")));
    }
  }
}

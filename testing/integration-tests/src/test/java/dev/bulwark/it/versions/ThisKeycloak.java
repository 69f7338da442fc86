package dev.bulwark.it.versions;

import dev.bulwark.it.support.Repository;
import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The distribution that the tests run on. */
final class ThisKeycloak {

  private static final String JAR = "org.keycloak.keycloak-services-";

  private ThisKeycloak() {}

  /** For example {@code 26.4.7}. */
  static String version() {
    try (Stream<Path> jars = Files.list(Installation.keycloak().resolve("lib/lib/main"))) {
      return jars.map(jar -> jar.getFileName().toString())
          .filter(name -> name.startsWith(JAR))
          .map(name -> name.substring(JAR.length(), name.length() - ".jar".length()))
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether {@code config/keycloak-versions.json} has it. */
  static boolean isInTheList() {
    return Repository.text("config/keycloak-versions.json").contains('"' + version() + '"');
  }

  /** Whether it has all that the bundle can use. */
  static boolean isComplete() {
    return isComplete(version());
  }

  /** Whether a version has it. */
  static boolean isComplete(String version) {
    return !version.startsWith("26.4.");
  }
}

package dev.bulwark.it.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.server.installation.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * B1: a jar in {@code providers/} silently shadows the server's class path, so the bundle may share
 * no path with it.
 */
class BundleCollisionTest {

  @Test
  void theBundleHoldsNothingThatTheServerHas() throws IOException {
    Set<String> server = new TreeSet<>();
    try (Stream<Path> jars = Files.walk(Installation.keycloak().resolve("lib").resolve("lib"))) {
      for (Path jar : jars.filter(file -> file.toString().endsWith(".jar")).toList()) {
        server.addAll(entries(jar));
      }
    }
    Set<String> bundle = entries(Installation.bundle());
    assertThat(server).hasSizeGreaterThan(10_000);
    assertThat(bundle)
        .contains("dev/bulwark/realm/RealmGuardProviderFactory.class")
        .doesNotContainAnyElementsOf(server);
  }

  @Test
  void librariesOfTheServerAreNotBundledAndOwnOnesAreRelocated() throws IOException {
    assertThat(entries(Installation.bundle()))
        .noneMatch(
            name ->
                name.startsWith("com/sun/jna")
                    || name.startsWith("org/slf4j")
                    || name.startsWith("com/google"))
        .noneMatch(
            name ->
                name.startsWith("redis/")
                    || name.startsWith("org/json")
                    || name.startsWith("org/apache"))
        .noneMatch(name -> name.endsWith("module-info.class") || name.startsWith("META-INF/maven"))
        .noneMatch(
            name -> name.endsWith("app-realm-additions.json") || name.endsWith("environment.json"));
  }

  /**
   * Paths that count: service files and indexes of several jars are read side by side, licences are
   * nobody's code.
   */
  private static Set<String> entries(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return new TreeSet<>(
          zip.stream()
              .filter(entry -> !entry.isDirectory())
              .map(ZipEntry::getName)
              .filter(name -> !name.startsWith("META-INF/services/"))
              .filter(
                  name ->
                      !name.equals("META-INF/MANIFEST.MF") && !name.equals("META-INF/jandex.idx"))
              .filter(name -> !name.equals("META-INF/keycloak-themes.json"))
              .filter(name -> !name.equals("META-INF/LICENSE") && !name.equals("META-INF/NOTICE"))
              .toList());
    }
  }
}

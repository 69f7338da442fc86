package dev.bulwark.it.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.server.installation.Installation;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * B9: a jar that contains the software of others names it and has the text of its license. A new
 * library without a text fails here, an unknown license stops the build before.
 */
class LicensesTest {

  private static final String LIST = "META-INF/THIRD-PARTY.txt";

  /** Licenses whose text is the same for all: the file that has it. */
  private static final Map<String, String> COMMON =
      Map.of(
          "Apache-2.0", "META-INF/LICENSE",
          "LGPL-3.0", "META-INF/licenses/LGPL-3.0.txt",
          "LGPL-2.1", "META-INF/licenses/LGPL-2.1.txt",
          "MPL-2.0", "META-INF/licenses/MPL-2.0.txt");

  /** Whose software is below which folder of a shaded jar. */
  private static final Map<String, String> OWNERS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("de/mkammerer/argon2/", "argon2-jvm"),
              Map.entry("META-INF/native-image/de.mkammerer.", "argon2-jvm"),
              Map.entry("linux-", "argon2-jvm"),
              Map.entry("darwin-", "argon2-jvm"),
              Map.entry("win32-", "argon2-jvm"),
              Map.entry("dev/bulwark/shaded/json/", "json"),
              Map.entry("dev/bulwark/shaded/pool2/", "commons-pool2"),
              Map.entry("dev/bulwark/shaded/redis/clients/jedis/", "jedis"),
              Map.entry("dev/bulwark/shaded/redis/clients/authentication/", "redis-authx-core"),
              Map.entry("redis/clients/jedis/", "jedis"),
              Map.entry("com/fasterxml/jackson/core/", "jackson-core"),
              Map.entry("com/fasterxml/jackson/annotation/", "jackson-annotations"),
              Map.entry("com/fasterxml/jackson/databind/", "jackson-databind"),
              Map.entry("com/fasterxml/jackson/dataformat/csv/", "jackson-dataformat-csv"),
              Map.entry("picocli/", "picocli")));

  static List<Path> shadedJars() {
    return List.of(
        Installation.bundle(),
        Path.of("..", "..", "password-hash-provider", "target", "bulwark-migrate.jar"),
        Path.of("..", "..", "apikey-authenticator", "target", "bulwark-apikeys.jar"),
        Path.of("..", "..", "realm-config", "target", "bulwark-realm.jar"),
        Path.of(
            "..",
            "..",
            "features",
            "breached-password-policy",
            "target",
            "bulwark-breached-index.jar"));
  }

  @ParameterizedTest
  @MethodSource("shadedJars")
  void aShadedJarNamesWhatItContainsAndNothingElse(Path path) throws IOException {
    try (ZipFile jar = new ZipFile(path.toFile())) {
      Set<String> contained = new TreeSet<>();
      for (String name : files(jar)) {
        String owner = owner(name);
        if (owner == null) {
          assertThat(name)
              .as("a file of nobody known in %s", path)
              .satisfiesAnyOf(
                  own -> assertThat(own).startsWith("dev/bulwark/").doesNotContain("/shaded/"),
                  own -> assertThat(own).startsWith("META-INF/"),
                  own -> assertThat(own).startsWith("theme/"),
                  own -> assertThat(own).startsWith("theme-resources/"));
        } else {
          contained.add(owner);
        }
      }
      Set<String> named = new TreeSet<>(listed(jar).keySet());
      named.remove("argon2-jvm-nolibs");
      assertThat(named).as("named in %s", path).isNotEmpty().isEqualTo(contained);
    }
  }

  @ParameterizedTest
  @MethodSource("shadedJars")
  void aShadedJarHasTheTextOfEachLicense(Path path) throws IOException {
    try (ZipFile jar = new ZipFile(path.toFile())) {
      Set<String> files = files(jar);
      assertThat(text(jar, "META-INF/LICENSE"))
          .isEqualTo(Files.readString(Path.of("..", "..", "LICENSE")));
      assertThat(text(jar, "META-INF/NOTICE")).contains("Bulwark for Keycloak");
      listed(jar)
          .forEach(
              (artifact, licenses) ->
                  assertThat(texts(artifact, licenses))
                      .as("texts of %s (%s) in %s", artifact, licenses, path)
                      .anyMatch(files::contains));
    }
  }

  /** The build of the page refuses a package without a license that is known. */
  @Test
  void theBundleHasTheLicensesOfTheNpmPackagesInItsPage() throws IOException {
    try (ZipFile jar = new ZipFile(Installation.bundle().toFile())) {
      assertThat(text(jar, "META-INF/licenses/npm.txt"))
          .contains("@patternfly/react-core ", "oauth4webapi ", "Permission is hereby granted")
          // The administrators' page has its own; the owners' page uses the console's.
          .contains("react ", "react-dom ", "scheduler ");
    }
  }

  /** It is no library, so no plugin knows of it. */
  @Test
  void theBundleHasTheLicenseOfItsListOfPasswords() throws IOException {
    try (ZipFile jar = new ZipFile(Installation.bundle().toFile())) {
      assertThat(files(jar)).contains("dev/bulwark/breached/default-index.bin");
      assertThat(text(jar, "META-INF/licenses/common-passwords.txt"))
          .contains(
              "@zxcvbn-ts/language-common 4.1.3", "Dan Wheeler", "The above copyright notice");
    }
  }

  @Test
  void theBundleSaysHowToReplaceArgon2Jvm() throws IOException {
    try (ZipFile jar = new ZipFile(Installation.bundle().toFile())) {
      assertThat(text(jar, "META-INF/licenses/argon2-jvm.txt")).contains("unmodified", "replace");
      assertThat(files(jar))
          .contains(
              "META-INF/licenses/LGPL-3.0.txt",
              "META-INF/licenses/GPL-3.0.txt",
              "META-INF/licenses/libargon2.txt",
              "META-INF/licenses/commons-pool2.txt");
    }
  }

  @Test
  void theRelyingAppNamesItsLibrariesAndHasTheTextsThatTheyDoNotBring() throws IOException {
    Path path = Path.of("..", "server", "target", "dist", "bulwark-relying-app.jar");
    try (ZipFile jar = new ZipFile(path.toFile())) {
      Set<String> files = files(jar);
      Map<String, Set<String>> listed = listed(jar);
      assertThat(files).contains("META-INF/LICENSE", "META-INF/NOTICE");
      List<String> libraries =
          files.stream()
              .filter(name -> name.startsWith("BOOT-INF/lib/"))
              .filter(
                  name -> !name.contains("/bulwark-") && !name.contains("/spring-boot-jarmode-"))
              .toList();
      assertThat(libraries).hasSizeGreaterThan(50);
      for (String library : libraries) {
        String file = library.substring("BOOT-INF/lib/".length());
        Set<String> candidates =
            listed.keySet().stream()
                .filter(artifact -> file.startsWith(artifact + "-"))
                .collect(Collectors.toSet());
        assertThat(candidates).as("%s in %s", file, LIST).isNotEmpty();
        String artifact =
            candidates.stream()
                .max((a, b) -> Integer.compare(a.length(), b.length()))
                .orElseThrow();
        if (!bringsItsLicense(jar, library)) {
          assertThat(texts(artifact, listed.get(artifact)))
              .as("texts of %s (%s)", artifact, listed.get(artifact))
              .anyMatch(files::contains);
        }
      }
    }
  }

  /** Where a text can be: the one of the artifact itself, or that of a license common to all. */
  private static List<String> texts(String artifact, Set<String> licenses) {
    return Stream.concat(
            Stream.of("META-INF/licenses/" + artifact + ".txt"),
            licenses.stream().filter(COMMON::containsKey).map(COMMON::get))
        .toList();
  }

  private static String owner(String name) {
    return OWNERS.entrySet().stream()
        .filter(entry -> name.startsWith(entry.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse(null);
  }

  /** Artifact to licenses, from lines such as {@code redis.clients:jedis:7.5.3 | MIT | url}. */
  private static Map<String, Set<String>> listed(ZipFile jar) throws IOException {
    Map<String, Set<String>> listed = new TreeMap<>();
    for (String line : text(jar, LIST).lines().filter(l -> l.contains(" | ")).toList()) {
      String[] parts = line.split(" \\| ");
      listed
          .computeIfAbsent(parts[0].split(":")[1], artifact -> new TreeSet<>())
          .addAll(Set.of(parts[1].split(" or ")));
    }
    return listed;
  }

  private static boolean bringsItsLicense(ZipFile jar, String library) throws IOException {
    byte[] bytes;
    try (InputStream in = jar.getInputStream(jar.getEntry(library))) {
      bytes = in.readAllBytes();
    }
    try (ZipInputStream entries = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
        String name = entry.getName().toLowerCase(Locale.ROOT);
        if (name.startsWith("meta-inf/license")) {
          return true;
        }
      }
    }
    return false;
  }

  private static Set<String> files(ZipFile jar) {
    return jar.stream()
        .filter(entry -> !entry.isDirectory())
        .map(ZipEntry::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String text(ZipFile jar, String name) throws IOException {
    ZipEntry entry = jar.getEntry(name);
    assertThat(entry).as("%s in %s", name, jar.getName()).isNotNull();
    try (InputStream in = jar.getInputStream(entry)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

package dev.bulwark.themes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** B5: what the themes name is in the jar, and nothing comes from elsewhere. */
class ThemeFilesTest {

  private static final Pattern REMOTE = Pattern.compile("(?i)https?:|url\\(['\"]?//|@import");
  private static final PathMatcher HASHED =
      FileSystems.getDefault().getPathMatcher("glob:**.{css,js}");
  private static final String EARLY = "js/api-keys-early.js";
  private static final Pattern CSS_URL = Pattern.compile("url\\(\"([^\"]+)\"\\)");

  @ParameterizedTest
  @ValueSource(strings = {"login", "account"})
  void everyFileThatThePropertiesNameIsThere(String type) {
    Properties properties = ThemeFiles.themeProperties(type);
    List<String> names = new ArrayList<>();
    for (String property : new String[] {"styles", "scripts", "favIcon", "logo"}) {
      names.addAll(List.of(properties.getProperty(property, "").trim().split("\\s+")));
    }
    // The parent's own sheet, named again because the property replaces the parent's.
    names.removeIf(name -> name.isEmpty() || name.equals("css/styles.css"));
    // Made by the module features/console, whose tests look for it.
    names.removeIf(name -> name.startsWith(EARLY));
    assertThat(names).isNotEmpty();
    for (String name : names) {
      String file = name.replaceFirst("^/", "").replaceFirst("[?].*", "");
      assertThat(resources(type).resolve(file)).isRegularFile();
    }
  }

  /** A browser that has the files of another version of the bundle does not use them. */
  @ParameterizedTest
  @ValueSource(strings = {"login", "account"})
  void theAddressesOfOwnStylesAndScriptsChangeWithTheirContent(String type)
      throws IOException, NoSuchAlgorithmException {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    Path page = Path.of("../features/console");
    List<Path> hashed = new ArrayList<>();
    hashed.add(page.resolve("build.mjs"));
    hashed.add(page.resolve("package-lock.json"));
    hashed.addAll(files(page.resolve("src/main/tsx"), Files::isRegularFile));
    hashed.addAll(files(Path.of("src/main"), HASHED::matches));
    for (Path file : hashed) {
      digest.update(Files.readAllBytes(file));
    }
    String hash = HexFormat.of().formatHex(digest.digest());
    Properties properties = ThemeFiles.themeProperties(type);
    for (String property : new String[] {"styles", "scripts"}) {
      assertThat(properties.getProperty(property).split(" "))
          .filteredOn(name -> !name.equals("css/styles.css"))
          .isNotEmpty()
          .allSatisfy(name -> assertThat(name).endsWith("?" + hash));
    }
  }

  private static List<Path> files(Path folder, Predicate<Path> wanted) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(wanted).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"login", "account"})
  void everyFileThatAStyleSheetNamesIsThere(String type) throws IOException {
    try (var sheets = Files.list(resources(type).resolve("css"))) {
      for (Path sheet : sheets.toList()) {
        Matcher url = CSS_URL.matcher(ThemeFiles.text(sheet));
        while (url.find()) {
          assertThat(sheet.resolveSibling(url.group(1)).normalize()).isRegularFile();
        }
      }
    }
  }

  @Test
  void nothingIsLoadedFromElsewhere() {
    for (Path file : ThemeFiles.all()) {
      String text = ThemeFiles.text(file).replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
      assertThat(REMOTE.matcher(text).find()).as(file.toString()).isFalse();
    }
  }

  /** An upgrade of Keycloak may change what a mail says, and what its text needs. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "password-reset",
        "email-verification",
        "email-verification-with-code",
        "executeActions",
        "email-update-confirmation",
        "email-test"
      })
  void theTextOfAMailIsTheParentsWithTheFooter(String mail) {
    String file = "email/text/" + mail + ".ftl";
    assertThat(ThemeFiles.text(ThemeFiles.root().resolve(file)).strip())
        .isEqualTo(ThemeFiles.parentText("base", file).strip() + "\n\n${msg(\"bulwarkFooter\")}");
  }

  @Test
  void theWholeIsSmall() {
    long bytes = ThemeFiles.all().stream().mapToLong(file -> file.toFile().length()).sum();
    assertThat(bytes).isBetween(1L, 163_840L);
  }

  private static Path resources(String type) {
    return ThemeFiles.root().resolve(type).resolve("resources");
  }
}

package dev.bulwark.keyspage;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** K11: the page fits into the account console of the Keycloak that the bundle is made for. */
class ContentTest {

  private static final String OWN = "theme/bulwark/account/resources/";
  private static final String CONSOLE = "theme/keycloak.v3/account/resources/";
  private static final Pattern MODULE = Pattern.compile("js/api-keys-[A-Z0-9]{8}\\.js");
  private static final Pattern PAGE_FILES =
      Pattern.compile("js/(?:admin-keys|overview)-[A-Z0-9]{8}\\.(?:js|css)");
  private static final Pattern ADMIN_EARLY = Pattern.compile("js/admin-early-[A-Z0-9]{8}\\.js");
  private static final Pattern CHUNK = Pattern.compile("chunk-[A-Z0-9]{8}\\.js");
  private static final Pattern BLOCK = Pattern.compile("pf-v5-[cl]-[a-z]+(?:-[a-z]+)*");
  private static final Pattern REMOTE = Pattern.compile("https?://[a-zA-Z]");

  @Test
  void theMenuIsThatOfTheConsoleAndOnePageMore() {
    List<JsonNode> menu = items(OWN + "content.json");
    List<JsonNode> own = menu.stream().filter(item -> isOwn(item)).toList();
    assertThat(own).hasSize(2);
    menu.removeAll(own);
    assertThat(menu).isEqualTo(items(CONSOLE + "content.json"));
  }

  /** The console looks for the module of a page no further than in the first group. */
  @Test
  void thePageIsBeforeTheFirstGroup() {
    List<JsonNode> menu = items(OWN + "content.json");
    int last = -1;
    for (int i = 0; i < menu.size(); i++) {
      last = isOwn(menu.get(i)) ? i : last;
    }
    assertThat(menu.subList(0, last)).noneMatch(item -> item.has("children"));
  }

  /** Both the route that Keycloak 26.1 to 26.7 knows and the address that the page shows. */
  @Test
  void theConsoleHasTheRoute() {
    assertThat(items(OWN + "content.json"))
        .extracting(item -> item.path("path").asText())
        .contains("content/:componentId", "content/api-keys");
    assertThat(text(CONSOLE + "assets/" + entry("js"))).contains("content/:componentId");
  }

  @Test
  void theConsoleStylesEveryComponentOfThePage() {
    Set<String> used = blocks(text(OWN + module()));
    assertThat(used).isNotEmpty();
    assertThat(blocks(text(CONSOLE + "assets/" + entry("css")))).containsAll(used);
  }

  @Test
  void thePageLoadsNothingFromElsewhereAndIsSmall() {
    String page = text(OWN + module());
    assertThat(page).doesNotContainPattern(REMOTE);
    assertThat(page.length()).isBetween(10_000, 300_000);
    assertThat(page).contains("from\"react\"", "from\"react-dom\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"admin-page.html", "overview-page.html"})
  void anAdministratorsPageHasTheStylesOfItsComponentsAndNoOthers(String page) {
    List<String> files = pageFiles(page);
    assertThat(files).hasSize(2);
    String styles = text(OWN + files.get(0));
    assertThat(blocks(styles)).containsAll(blocks(text(OWN + files.get(1))));
    assertThat(styles).doesNotContainPattern(REMOTE).doesNotContain("pf-v5-c-wizard");
    assertThat(styles.length()).isBetween(100_000, 800_000);
  }

  /** A browser that has the files of another version of the bundle does not use them. */
  @Test
  void theNamesOfTheFilesChangeWithTheirContent() {
    assertThat(module()).matches(MODULE);
    String folder = OWN + "js";
    URL url = Objects.requireNonNull(ContentTest.class.getClassLoader().getResource(folder));
    List<String> expected = new ArrayList<>(pageFiles("admin-page.html"));
    expected.addAll(pageFiles("overview-page.html"));
    expected.add(module());
    Matcher adminEarly = ADMIN_EARLY.matcher(text("dev/bulwark/keyspage/admin-page.html"));
    assertThat(adminEarly.find()).isTrue();
    // The theme puts a hash behind the name of the first.
    List<String> early = List.of("js/api-keys-early.js", adminEarly.group());
    expected.addAll(early);
    // What the scripts share: of the owners' page, and of the administrators'.
    for (String script : early) {
      Matcher chunk = CHUNK.matcher(text(OWN + script));
      assertThat(chunk.find()).as(script).isTrue();
      expected.add("js/" + chunk.group());
    }
    assertThat(Path.of(URI.create(url.toString())).toFile().list())
        .as("nothing of an earlier build")
        .containsExactlyInAnyOrderElementsOf(
            expected.stream().map(name -> name.replace("js/", "")).toList());
  }

  private static boolean isOwn(JsonNode item) {
    return MODULE.matcher(item.path("modulePath").asText()).matches();
  }

  private static String module() {
    return items(OWN + "content.json").stream()
        .filter(ContentTest::isOwn)
        .findFirst()
        .orElseThrow()
        .get("modulePath")
        .asText();
  }

  /** Style sheet and script, in the order of the page. */
  private static List<String> pageFiles(String page) {
    return PAGE_FILES
        .matcher(text("dev/bulwark/keyspage/" + page))
        .results()
        .map(MatchResult::group)
        .toList();
  }

  private static Set<String> blocks(String text) {
    return BLOCK
        .matcher(text)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The name of the console's entry, which has a hash in it. */
  private static String entry(String extension) {
    try {
      JsonNode manifest =
          new ObjectMapper()
              .readTree(text(CONSOLE.replace("resources/", "resources/.vite/") + "manifest.json"));
      JsonNode entry = manifest.get("src/main.tsx");
      String path =
          extension.equals("css") ? entry.get("css").get(0).asText() : entry.get("file").asText();
      return path.replace("assets/", "");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<JsonNode> items(String name) {
    try {
      List<JsonNode> items = new ArrayList<>();
      new ObjectMapper().readTree(text(name)).forEach(items::add);
      return items;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String name) {
    URL url = Objects.requireNonNull(ContentTest.class.getClassLoader().getResource(name), name);
    try (InputStream in = url.openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

package dev.bulwark.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** B5: the application and its twin in Python look like the pages of Keycloak. */
class AppStyleTest {

  private static final Path ROOT = Path.of("../..").toAbsolutePath().normalize();
  private static final Pattern TOKEN = Pattern.compile("(--bw-[a-z-]+):\\s*([^;]+);");

  @Test
  void colorsAndTypeAreThoseOfTheThemes() throws IOException {
    String themes = Files.readString(ROOT.resolve("themes/src/main/shared/css/tokens.css"));
    String app = style("examples/relying-app/src/main/resources/static/app.css");
    String dark = ":root.pf-v5-theme-dark {";
    int darkOfThemes = themes.indexOf(dark);
    int darkOfApp = app.indexOf("@media (prefers-color-scheme: dark)");
    int end = app.indexOf("* {");
    Map<String, String> light = tokens(app.substring(0, darkOfApp));
    assertThat(light).hasSizeGreaterThan(10);
    assertThat(tokens(themes.substring(0, darkOfThemes))).containsAllEntriesOf(light);
    Map<String, String> darkTokens = tokens(app.substring(darkOfApp, end));
    assertThat(darkTokens).hasSizeGreaterThan(10);
    assertThat(tokens(themes.substring(darkOfThemes, themes.indexOf('}', darkOfThemes))))
        .containsAllEntriesOf(darkTokens);
  }

  @Test
  void bothApplicationsLookAlike() throws IOException {
    assertThat(style("examples/fastapi-app/tasks_app/static/app.css"))
        .isEqualTo(style("examples/relying-app/src/main/resources/static/app.css"));
  }

  private static String style(String file) throws IOException {
    return Files.readString(ROOT.resolve(file));
  }

  private static Map<String, String> tokens(String style) {
    Map<String, String> tokens = new TreeMap<>();
    Matcher matcher = TOKEN.matcher(style);
    while (matcher.find()) {
      tokens.put(matcher.group(1), matcher.group(2).replaceAll("\\s+", " "));
    }
    return tokens;
  }
}

package dev.bulwark.themes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B5: contrast of the palette in both modes, by the formula of WCAG 2.2 (1.4.3, 1.4.11). */
class ContrastTest {

  private static final Pattern COLOUR = Pattern.compile("--(bw-[a-z-]+): (#[0-9a-f]{6});");
  private static final String TOKENS =
      ThemeFiles.text(ThemeFiles.root().resolve("login/resources/css/tokens.css"));

  @ParameterizedTest
  @CsvSource({
    "bw-text, bw-page, 7",
    "bw-text, bw-surface, 7",
    "bw-text, bw-raised, 7",
    "bw-muted-text, bw-page, 4.5",
    "bw-muted-text, bw-surface, 4.5",
    "bw-muted-text, bw-raised, 4.5",
    "bw-danger-text, bw-surface, 4.5",
    "bw-link, bw-page, 4.5",
    "bw-link, bw-surface, 4.5",
    "bw-link, bw-raised, 4.5",
    "bw-on-accent, bw-accent, 4.5",
    "bw-on-accent, bw-accent-hover, 4.5",
    "bw-control, bw-surface, 3",
    "bw-control, bw-raised, 3",
    "bw-focus, bw-page, 3",
    "bw-focus, bw-surface, 3",
    "bw-focus, bw-raised, 3",
  })
  void textAndControlsStandOut(String foreground, String background, double least) {
    Map<String, String> light = colours(":root {");
    Map<String, String> dark = colours(":root.pf-v5-theme-dark {");
    assertThat(contrast(light, foreground, background)).as("light").isGreaterThanOrEqualTo(least);
    assertThat(contrast(dark, foreground, background)).as("dark").isGreaterThanOrEqualTo(least);
  }

  private static Map<String, String> colours(String selector) {
    int start = TOKENS.indexOf("\n" + selector);
    Matcher matcher = COLOUR.matcher(TOKENS.substring(start, TOKENS.indexOf('}', start)));
    Map<String, String> colours = new HashMap<>();
    while (matcher.find()) {
      colours.put(matcher.group(1), matcher.group(2));
    }
    return colours;
  }

  private static double contrast(Map<String, String> colours, String one, String other) {
    double a = luminance(colours.getOrDefault(one, ""));
    double b = luminance(colours.getOrDefault(other, ""));
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  }

  private static double luminance(String colour) {
    return 0.2126 * channel(colour, 1) + 0.7152 * channel(colour, 3) + 0.0722 * channel(colour, 5);
  }

  private static double channel(String colour, int start) {
    double value = Integer.parseInt(colour.substring(start, start + 2), 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : Math.pow((value + 0.055) / 1.055, 2.4);
  }
}

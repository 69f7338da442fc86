package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What every page has to stand, whatever it is for. */
public final class Inspection {

  /** All that axe finds, or what it calls serious or critical. */
  private static final String RUN_AXE =
      """
      async (all) => {
        const found = await axe.run(document, { resultTypes: ["violations"] });
        return found.violations
          .filter((v) => all || v.impact === "serious" || v.impact === "critical")
          .map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).join(", "));
      }
      """;

  /** Elements that hold more than they show; the console scrolls in its own main element. */
  private static final String TOO_WIDE =
      """
      () => [document.documentElement, ...document.querySelectorAll("main")]
        .filter((e) => e.scrollWidth > e.clientWidth)
        .map((e) => e.tagName + " " + e.scrollWidth + " > " + e.clientWidth)
      """;

  private static final String AXE = axe();

  private Inspection() {}

  /** Fails where the page has a serious barrier or scrolls sideways; keeps a picture of it. */
  public static void inspect(Page page, Look look, String name) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(Path.of("target", "screenshots", name + "-" + look + ".png"))
            .setFullPage(true));
    page.evaluate(AXE);
    assertThat((List<?>) page.evaluate(RUN_AXE, false)).as("barriers on %s", page.url()).isEmpty();
    assertThat((List<?>) page.evaluate(TOO_WIDE)).as("too wide on %s", page.url()).isEmpty();
    assertThat(page.title()).isNotBlank();
    assertThat(background(page))
        .as("ground of the page, %s", look)
        .satisfies(
            colour ->
                assertThat(brightness(colour) < 128)
                    .as("dark: " + colour)
                    .isEqualTo(look.isDark()));
  }

  /** Every rule that axe sees broken on a page that was inspected, minor ones too. */
  public static List<?> violations(Page page) {
    return (List<?>) page.evaluate(RUN_AXE, true);
  }

  private static String background(Page page) {
    return (String)
        page.evaluate(
            """
            () => getComputedStyle(document.querySelector(".pf-v5-c-page__main-section")
                ?? document.body).backgroundColor
            """);
  }

  /** Mean of the three channels of {@code rgb(…)}. */
  private static int brightness(String colour) {
    String[] channels = colour.replaceAll("[^0-9,]", "").split(",", -1);
    return (Integer.parseInt(channels[0])
            + Integer.parseInt(channels[1])
            + Integer.parseInt(channels[2]))
        / 3;
  }

  private static String axe() {
    try (InputStream in = Inspection.class.getResourceAsStream("/axe.min.js")) {
      if (in == null) {
        throw new IllegalStateException("axe.min.js is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}

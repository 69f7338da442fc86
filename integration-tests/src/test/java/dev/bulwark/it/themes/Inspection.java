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

  /**
   * Texts whose contrast is too low, by their computed colors. Axe gives up where an element has a
   * decoration, as the card of the login pages.
   */
  private static final String TOO_FAINT =
      """
      async () => {
        if (matchMedia("(forced-colors: active)").matches) {
          return [];
        }
        await Promise.all(document.getAnimations()
          .filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime))
          .map((a) => a.finished.catch(() => {})));
        const rgba = (color) => {
          const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
          return [r, g, b, a];
        };
        const over = (top, ground) => top.slice(0, 3).map((c, i) => c * top[3] + ground[i] * (1 - top[3]));
        const luminance = (color) => color
          .map((c) => c / 255)
          .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const groundOf = (element) => {
          const layers = [];
          for (let e = element; e; e = e.parentElement) {
            const style = getComputedStyle(e);
            if (style.backgroundImage !== "none" || !style.backgroundColor.startsWith("rgb")) {
              return null;
            }
            layers.unshift(rgba(style.backgroundColor));
            if (layers[0][3] === 1) {
              break;
            }
          }
          return layers.reduce((ground, layer) => over(layer, ground), [255, 255, 255]);
        };
        const faint = [];
        const check = (element, text) => {
          const style = getComputedStyle(element);
          const color = element instanceof SVGElement ? style.fill : style.color;
          const ground = groundOf(element);
          if (!ground || !color.startsWith("rgb") || element.closest(":disabled, [aria-disabled=true]")
              || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
            return;
          }
          const [one, other] = [luminance(over(rgba(color), ground)), luminance(ground)];
          const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
          const size = parseFloat(style.fontSize);
          const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
          if (contrast < (large ? 3 : 4.5)) {
            faint.push(`${contrast.toFixed(2)}: "${text.trim().slice(0, 40)}", ${color} on ${ground.map(Math.round)}`);
          }
        };
        const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const range = document.createRange();
        while (texts.nextNode()) {
          range.selectNodeContents(texts.currentNode);
          const box = range.getBoundingClientRect();
          if (texts.currentNode.data.trim() && box.width > 1 && box.height > 1) {
            check(texts.currentNode.parentElement, texts.currentNode.data);
          }
        }
        for (const field of document.querySelectorAll("input:not([type=checkbox], [type=radio]), textarea")) {
          if (field.value) {
            check(field, field.value);
          }
        }
        return faint;
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

  /**
   * As {@link #inspect}, and fails for every rule that axe sees broken, minor ones too, and for
   * text that is hard to read.
   */
  public static void inspectStrictly(Page page, Look look, String name) {
    inspectWithContrast(page, look, name);
    assertThat((List<?>) page.evaluate(RUN_AXE, true)).as("%s: barriers", name).isEmpty();
  }

  /**
   * As {@link #inspect}, and fails for text that is hard to read. For pages of Keycloak's console,
   * in whose structure axe sees minor faults that a theme cannot mend.
   */
  public static void inspectWithContrast(Page page, Look look, String name) {
    inspect(page, look, name);
    assertThat((List<?>) page.evaluate(TOO_FAINT)).as("%s: too faint", name).isEmpty();
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

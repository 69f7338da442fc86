package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What every page has to stand, whatever it is for. */
public final class Inspection {

  private static final String RUN_AXE =
      """
      async (without) => {
        const found = await axe.run(document, { resultTypes: ["violations"] });
        return found.violations
          .filter((v) => !without.includes(v.id))
          .map((v) => v.id + ": " + v.nodes.map((n) => n.target.join(" ")).join(", "));
      }
      """;

  /**
   * How many texts there are, and those whose contrast is too low or unknown, by their computed
   * colors. Axe gives up where an element has a decoration, as the card of the login pages. Forced
   * colors are those of the system, and no text is checked then.
   */
  private static final String CONTRAST =
      """
      async () => {
        const result = { checked: 0, faults: [] };
        if (matchMedia("(forced-colors: active)").matches) {
          return { checked: -1, faults: [] };
        }
        await Promise.all(document.getAnimations()
          .filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime))
          .map((a) => a.finished.catch(() => {})));
        const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
        // Any color that CSS has, as red, green, blue and alpha.
        const rgba = (color) => {
          const [r, g, b, a = "1"] = color.startsWith("rgb") ? color.match(/[\\d.]+/g) : [];
          if (r !== undefined) {
            return [r, g, b, a].map(Number);
          }
          pixel.clearRect(0, 0, 1, 1);
          pixel.fillStyle = color;
          pixel.fillRect(0, 0, 1, 1);
          const data = [...pixel.getImageData(0, 0, 1, 1).data];
          return [...data.slice(0, 3), data[3] / 255];
        };
        const over = (top, ground) => top.slice(0, 3).map((c, i) => c * top[3] + ground[i] * (1 - top[3]));
        const luminance = (color) => color
          .map((c) => c / 255)
          .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
          .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
        const contrast = (one, other) => {
          const [a, b] = [luminance(one), luminance(other)];
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        };
        // All grounds that a text may have: a gradient has one for each of its colors. Null for a picture.
        const groundsOf = (element) => {
          const style = getComputedStyle(element);
          const below = element.parentElement ? () => groundsOf(element.parentElement) : () => [[255, 255, 255]];
          const color = rgba(style.backgroundColor);
          const grounds = color[3] === 1 ? [color.slice(0, 3)] : below()?.map((ground) => over(color, ground));
          if (!grounds || style.backgroundImage === "none") {
            return grounds ?? null;
          }
          const stops = style.backgroundImage.match(/(?:rgba?|color|oklch|oklab|lab|lch|hsl)\\([^()]*\\)/g) ?? [];
          if (stops.length === 0 || style.backgroundImage.includes("url(")) {
            return null;
          }
          return grounds.flatMap((ground) => stops.map((stop) => over(rgba(stop), ground)));
        };
        const opacityOf = (element) => {
          let opacity = 1;
          for (let e = element; e; e = e.parentElement) {
            opacity *= Number(getComputedStyle(e).opacity);
          }
          return opacity;
        };
        const check = (element, text) => {
          const style = getComputedStyle(element);
          if (element.closest(":disabled, [aria-disabled=true]")
              || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) {
            return;
          }
          result.checked++;
          const [r, g, b, a] = rgba(element instanceof SVGElement ? style.fill : style.color);
          const color = [r, g, b, a * opacityOf(element)];
          const grounds = groundsOf(element);
          const least = grounds && Math.min(...grounds.map((ground) => contrast(over(color, ground), ground)));
          const size = parseFloat(style.fontSize);
          const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
          if (least === null || !(least >= (large ? 3 : 4.5))) {
            result.faults.push(
              `${least === null ? "unknown ground" : least.toFixed(2)}: "${text.trim().slice(0, 40)}", ${color}`
                + ` on ${JSON.stringify(grounds)}`);
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
        return result;
      }
      """;

  /**
   * Elements that hold more than they show; the console scrolls in its own main element, and a
   * dialog in its body.
   */
  private static final String TOO_WIDE =
      """
      () => [document.documentElement, ...document.querySelectorAll("main, .pf-v5-c-modal-box__body")]
        .filter((e) => e.scrollWidth > e.clientWidth)
        .map((e) => e.tagName + " " + e.scrollWidth + " > " + e.clientWidth)
      """;

  private static final String AXE = axe();

  private Inspection() {}

  /**
   * Fails for every rule that axe sees broken, minor ones too, for text that is hard to read, and
   * where the page scrolls sideways; keeps a picture of it.
   */
  public static void inspectStrictly(Page page, Look look, String name) {
    inspect(page, look, name, List.of());
  }

  /**
   * The same for a page of Keycloak's account console. Its regions share names, which a theme
   * cannot mend: axe's moderate rule {@code landmark-unique}.
   */
  public static void inspectConsole(Page page, Look look, String name) {
    inspect(page, look, name, List.of("landmark-unique"));
  }

  private static void inspect(Page page, Look look, String name, List<String> without) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(Path.of("target", "screenshots", name + "-" + look + ".png"))
            .setFullPage(true));
    page.evaluate(AXE);
    assertThat((List<?>) page.evaluate(RUN_AXE, without)).as("%s: barriers", name).isEmpty();
    assertThat((List<?>) page.evaluate(TOO_WIDE)).as("%s: too wide", name).isEmpty();
    assertThat(page.title()).isNotBlank();
    assertThat(background(page))
        .as("ground of the page, %s", look)
        .satisfies(
            colour ->
                assertThat(brightness(colour) < 128)
                    .as("dark: " + colour)
                    .isEqualTo(look.isDark()));
    assertThat(faintTexts(page)).as("%s: too faint", name).isEmpty();
  }

  /**
   * Texts whose contrast is below 4.5, or 3 for large ones, or cannot be computed. Fails if the
   * page has no text at all.
   */
  static List<?> faintTexts(Page page) {
    Map<?, ?> result = (Map<?, ?>) page.evaluate(CONTRAST);
    assertThat(result.get("checked")).as("texts checked").isNotNull().isNotEqualTo(0);
    return (List<?>) Objects.requireNonNull(result.get("faults"));
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

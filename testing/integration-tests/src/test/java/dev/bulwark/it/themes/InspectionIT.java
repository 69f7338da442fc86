package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bulwark.it.support.Chromium;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** B5: the inspection of pages finds what it looks for. */
class InspectionIT {

  private static Chromium chromium;

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<p style='color: #999'>faint</p>",
        "<p style='color: color(srgb 0.6 0.6 0.6)'>faint</p>",
        "<p style='color: oklch(0.75 0 0)'>faint</p>",
        "<p style='opacity: 0.4'>faint</p>",
        "<div style='background: #777'><p style='color: #000a'>faint</p></div>",
        "<div style='background: color(srgb 0.4 0.4 0.4)'><p>faint</p></div>",
        "<p style='background: linear-gradient(90deg, #fff, #555)'>faint</p>",
        "<p style='background: #fff url(data:image/gif;base64,R0lGODlhAQABAAAAACw=)'>faint</p>",
        "<input style='color: #aaa' value='faint' aria-label='x'>",
        "<svg><text y='20' fill='#bbb'>faint</text></svg>",
      })
  void aFaintTextIsFound(String html) {
    assertThat(faintTexts(html)).hasSize(1).first().asString().contains("\"faint\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<p>plain</p>",
        "<p style='color: color(srgb 0.3 0.3 0.3)'>gray</p>",
        "<p style='background: linear-gradient(90deg, #fff, #ddd)'>on a gradient</p>",
        "<h1 style='color: #8a8a8a'>large</h1>",
        "<button disabled>off</button><p>plain</p>",
        "<p style='opacity: 0'>not shown</p><p>plain</p>",
      })
  void aTextThatCanBeReadIsNot(String html) {
    assertThat(faintTexts(html)).isEmpty();
  }

  @Test
  void aPageWithoutTextIsAFault() {
    assertThatThrownBy(() -> faintTexts("<p> </p>"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("texts checked");
  }

  /** Axe calls a page without a heading a moderate fault. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<main><p>no heading</p></main>",
        "<main><h1>x</h1><p style='width: 9999px'>too wide</p></main>",
        "<main><h1 style='color: #999; font-size: 16px'>faint</h1></main>",
      })
  void aPageWithAFaultFails(String body) {
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      page.setContent(page(body));
      assertThatThrownBy(
              () -> Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "inspection-fault"))
          .isInstanceOf(AssertionError.class);
      page.setContent(page("<main><h1>Fine</h1><p>text</p></main>"));
      Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "inspection-fine");
    }
  }

  private static List<?> faintTexts(String body) {
    try (BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      page.setContent(page(body));
      return Inspection.faintTexts(page);
    }
  }

  private static String page(String body) {
    return "<!DOCTYPE html><html lang='en'><head><title>Test</title></head>"
        + "<body style='background: #fff; color: #000'>"
        + body
        + "</body></html>";
  }
}

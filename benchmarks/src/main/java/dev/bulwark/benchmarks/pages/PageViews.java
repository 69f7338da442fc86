package dev.bulwark.benchmarks.pages;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Progress;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.it.support.Chromium;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Views of a page with a list of keys by a user who is signed in. Each first view is that of a
 * browser that has loaded nothing from the server before, but has its cookies.
 */
final class PageViews {

  private static final String ROWS = "[data-testid=keys] tbody tr";
  private static final double MOST_MILLIS = 1000;

  /**
   * Remembers when the browser has drawn the list. The browser says so itself: Playwright looks for
   * an element after 0, 20, 70, 170, 270 and 770 ms, which would be part of each figure.
   */
  private static final String WATCH =
      """
      (() => {
        const drawn = () => {
          const row = document.querySelector("%s");
          if (row === null || row.getClientRects().length === 0) {
            requestAnimationFrame(drawn);
          } else {
            requestAnimationFrame(() => { window.drawnAt = Date.now(); });
          }
        };
        requestAnimationFrame(drawn);
      })()"""
          .formatted(ROWS);

  /** What the browser itself has measured of the document that is shown. */
  private static final String TIMES =
      """
      async () => {
        while (window.drawnAt === undefined) {
          await new Promise(requestAnimationFrame);
        }
        const [navigation] = performance.getEntriesByType("navigation");
        const paint = performance.getEntriesByName("first-contentful-paint")[0];
        return {
          drawn: window.drawnAt,
          answer: navigation.responseEnd,
          loaded: navigation.loadEventEnd,
          paint: paint?.startTime ?? -1,
        };
      }""";

  private final Plan plan;
  private final String address;

  PageViews(Plan plan, String address) {
    this.plan = plan;
    this.address = address;
  }

  /**
   * One view, in milliseconds.
   *
   * @param shown from the call of the address to the rows of the list, redirects included
   * @param answer end of the answer that has the document
   * @param paint first contentful paint of the document
   * @param loaded end of its load event
   */
  private record View(double shown, double answer, double paint, double loaded) {}

  /**
   * Measures and reports.
   *
   * @param what the page
   * @param rows that its list shows at first
   * @param signIn leads a new page to a session
   */
  void measure(Report report, String what, int rows, Consumer<Page> signIn) throws IOException {
    List<View> first = new ArrayList<>();
    List<View> again = new ArrayList<>();
    try (Chromium chromium = Chromium.launch()) {
      Browser.NewContextOptions options =
          new Browser.NewContextOptions().setViewportSize(1280, 800).setLocale("en-US");
      String cookies;
      try (BrowserContext context = chromium.newContext(options)) {
        signIn.accept(context.newPage());
        cookies = context.storageState();
      }
      int warmUp = plan.count(5, 1);
      int views = plan.count(25, 4);
      for (int i = -warmUp; i < views; i++) {
        Progress.say(what + ", view " + (i + 1) + " of " + views);
        try (BrowserContext context = chromium.newContext(options.setStorageState(cookies))) {
          View cold = view(context.newPage(), rows);
          View warm = view(context.newPage(), rows);
          if (i >= 0) {
            first.add(cold);
            again.add(warm);
          }
        }
      }
    }
    Samples shown = samples(first, View::shown);
    report.target(
        what + ": first view, from the address to the list",
        millis(shown),
        shown.spread(0),
        "≤ 1 s",
        millis(shown),
        shown.median() <= MOST_MILLIS);
    documents(report, "of that, the document after its redirects", first);
    Samples repeated = samples(again, View::shown);
    report.figure(
        what + ": another view, from the address to the list",
        millis(repeated),
        repeated.spread(0));
    documents(report, "of that, the document after its redirects", again);
  }

  private static void documents(Report report, String what, List<View> views) {
    report.figure(
        what + ": answer, first contentful paint, load event",
        millis(samples(views, View::answer))
            + ", "
            + millis(samples(views, View::paint))
            + ", "
            + millis(samples(views, View::loaded)),
        "paint: " + samples(views, View::paint).spread(0));
  }

  private View view(Page page, int rows) throws IOException {
    page.addInitScript(WATCH);
    long start = System.currentTimeMillis();
    page.navigate(address);
    page.waitForSelector(ROWS);
    int found = page.locator(ROWS).count();
    if (found != rows) {
      throw new IOException(address + " shows " + found + " keys instead of " + rows);
    }
    page.waitForLoadState();
    Map<?, ?> times = (Map<?, ?>) page.evaluate(TIMES);
    return new View(
        number(times.get("drawn")) - start,
        number(times.get("answer")),
        number(times.get("paint")),
        number(times.get("loaded")));
  }

  private static double number(@Nullable Object value) {
    return value instanceof Number number ? number.doubleValue() : -1;
  }

  private static Samples samples(List<View> views, ToDoubleFunction<View> figure) {
    return Samples.of(views.stream().map(view -> figure.applyAsDouble(view)).toList());
  }

  private static String millis(Samples samples) {
    return Samples.number(samples.median(), 0) + " ms";
  }
}

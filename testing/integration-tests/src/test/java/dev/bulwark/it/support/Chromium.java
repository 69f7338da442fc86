package dev.bulwark.it.support;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import dev.bulwark.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/**
 * A headless Chromium of this machine. Where there is none, the test is skipped and says so.
 *
 * <p>As Playwright itself, for the thread that made it only.
 */
public final class Chromium implements AutoCloseable {

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome");

  private final Playwright playwright;
  private final Browser browser;

  private Chromium(Playwright playwright, Browser browser) {
    this.playwright = playwright;
    this.browser = browser;
  }

  public static Chromium launch() {
    Path executable = find();
    Playwright playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    BrowserType.LaunchOptions options =
        new BrowserType.LaunchOptions()
            .setExecutablePath(executable)
            .setArgs(
                List.of(
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-quic",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync"));
    return new Chromium(playwright, playwright.chromium().launch(options));
  }

  /** A new context: no cookie, no cache of another. It waits as long as other tests do. */
  public BrowserContext newContext(Browser.NewContextOptions options) {
    BrowserContext context = browser.newContext(options);
    context.setDefaultTimeout(Waits.SOON.toMillis());
    return context;
  }

  @Override
  public void close() {
    playwright.close();
  }

  private static Path find() {
    String chosen = System.getenv("CHROMIUM");
    if (chosen != null && !chosen.isBlank() && Files.isExecutable(Path.of(chosen))) {
      return Path.of(chosen);
    }
    for (String name : NAMES) {
      Optional<Path> found = Programs.find(name);
      if (found.isPresent()) {
        return found.get();
      }
    }
    return Assumptions.abort(
        "No Chromium on this machine: neither the variable CHROMIUM nor the PATH leads to one of "
            + NAMES);
  }
}

package dev.bulwark.it.apikey;

import com.microsoft.playwright.Page;
import java.nio.file.Path;

/** Pictures of pages that are not this bundle's own, to be looked at. */
final class Screenshots {

  private Screenshots() {}

  static void take(Page page, String name) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(Path.of("target", "screenshots", name + ".png"))
            .setFullPage(true));
  }
}

package dev.bulwark.it.pictures;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.themes.Look;
import java.nio.file.Path;
import java.util.Base64;

/** Frames of a film: what a page or a terminal shows, with a sentence below it. */
final class Film implements AutoCloseable {

  static final int WIDTH = 960;
  static final int HEIGHT = 600;
  private static final int CAPTION = 48;

  private static final String FRAME =
      """
      <!doctype html><style>
        body { margin: 0; background: #15201d; color: #fff; font: 18px/%2$dpx system-ui, sans-serif; }
        main { height: %1$dpx; overflow: hidden; }
        img { display: block; width: 100%%; }
        pre { margin: 0; padding: 32px; font: 13px/1.5 monospace; white-space: pre-wrap;
          overflow-wrap: anywhere; color: #d6e5df; }
        p { margin: 0; padding: 0 24px; }
      </style><main></main><p></p>
      """
          .formatted(HEIGHT, CAPTION);

  private final BrowserContext context;
  private final Page frame;
  private final Path folder;
  private int frames;

  Film(Chromium chromium, Path folder) {
    this.folder = folder;
    this.context =
        chromium.newContext(Look.DESKTOP_LIGHT.options().setViewportSize(WIDTH, HEIGHT + CAPTION));
    this.frame = context.newPage();
  }

  /** Adds what a page shows, whose window is {@value #WIDTH} x {@value #HEIGHT}. */
  void page(Page page, String caption) {
    String picture = Base64.getEncoder().encodeToString(page.screenshot());
    frame.setContent(FRAME);
    frame.evaluate(
        """
        async (source) => {
          const image = new Image();
          image.src = source;
          await image.decode();
          document.querySelector("main").append(image);
        }""",
        "data:image/png;base64," + picture);
    shoot(caption);
  }

  /** Adds a terminal. */
  void terminal(String text, String caption) {
    frame.setContent(FRAME);
    frame.evaluate(
        """
        (text) => {
          const terminal = document.createElement("pre");
          terminal.textContent = text;
          document.querySelector("main").append(terminal);
        }""",
        text);
    shoot(caption);
  }

  private void shoot(String caption) {
    frame.evaluate("(text) => { document.querySelector('p').textContent = text; }", caption);
    frames++;
    frame.screenshot(
        new Page.ScreenshotOptions().setPath(folder.resolve("frame-%02d.png".formatted(frames))));
  }

  @Override
  public void close() {
    context.close();
  }
}

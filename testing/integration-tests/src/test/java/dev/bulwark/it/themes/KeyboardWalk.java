package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Uses a page by the keyboard alone. Each stop of the Tab key has to be seen: it is in the window,
 * nothing covers it, and it has an outline.
 */
public final class KeyboardWalk implements AutoCloseable {

  /** More than any page has. */
  private static final int MOST_STOPS = 80;

  /** Milliseconds until the focus has to be somewhere. */
  private static final int LOST = 10_000;

  private static final String POINTER_MARK =
      "addEventListener('pointerdown', () => { window.bwPointer = true; }, true);";

  private static final String HAS_FOCUS =
      """
      () => {
        const e = document.activeElement;
        return e !== null && e !== document.body && e.isConnected;
      }
      """;

  private static final String IN_DIALOG =
      "() => document.activeElement.closest('[role=dialog]') !== null";

  private static final String TWO_FRAMES =
      "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))";

  /** What is wrong with the element that has the focus: empty where nothing is. */
  private static final String FAULT =
      """
      () => {
        const e = document.activeElement;
        if (e === null || e === document.body) {
          return "no focus";
        }
        const style = getComputedStyle(e);
        // A shadow would not do: many elements have one that does not change with the focus.
        const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
        if (!e.matches(":focus-visible") || !outlined) {
          return "no outline: " + e.outerHTML.slice(0, 300);
        }
        const box = [...e.getClientRects()].find(({ width, height }) => width > 0 && height > 0);
        const left = Math.max(0, box?.left ?? 0);
        const right = Math.min(innerWidth, box?.right ?? 0);
        const top = Math.max(0, box?.top ?? 0);
        const bottom = Math.min(innerHeight, box?.bottom ?? 0);
        if (left >= right || top >= bottom) {
          return "outside of the window: " + e.outerHTML.slice(0, 300);
        }
        const hit = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
        return [e, ...(e.labels ?? [])].some((own) => own.contains(hit))
          ? ""
          : "covered by " + hit?.outerHTML.slice(0, 200) + ": " + e.outerHTML.slice(0, 300);
      }
      """;

  private final Page page;
  private final Look look;
  private final Set<Request> pending = ConcurrentHashMap.newKeySet();

  /**
   * Begins on the document that the page shows.
   *
   * @param look names the pictures
   */
  public KeyboardWalk(Page page, Look look) {
    this.page = page;
    this.look = look;
    page.addInitScript(POINTER_MARK);
    page.evaluate("() => { " + POINTER_MARK + " }");
    page.onRequest(pending::add);
    page.onRequestFinished(pending::remove);
    page.onRequestFailed(pending::remove);
  }

  /** Presses Tab until the element has the focus. */
  public KeyboardWalk to(Locator target) {
    return walk(target, "Tab");
  }

  /** Presses Shift and Tab until the element has the focus. */
  public KeyboardWalk back(Locator target) {
    return walk(target, "Shift+Tab");
  }

  private KeyboardWalk walk(Locator target, String key) {
    int turns = 0;
    for (int i = 0; i < MOST_STOPS && !hasFocus(target); i++) {
      page.keyboard().press(key);
      if (page.evaluate(HAS_FOCUS).equals(true)) {
        assertThat(page.evaluate(FAULT)).isEqualTo("");
      } else {
        turns++;
      }
    }
    assertThat(hasFocus(target)).as("%s leads to %s", key, target).isTrue();
    assertThat(turns).as("stops at nothing, beside the turn of the page").isLessThan(3);
    return this;
  }

  public static boolean hasFocus(Locator target) {
    return target.evaluate("e => e === document.activeElement").equals(true);
  }

  /** Goes to the element and presses Enter. */
  public KeyboardWalk press(Locator target) {
    return to(target).key("Enter");
  }

  /** Goes to the element and presses Space. */
  public KeyboardWalk space(Locator target) {
    return to(target).key("Space");
  }

  /** Presses a key where the focus is. */
  public KeyboardWalk key(String key) {
    page.keyboard().press(key);
    return this;
  }

  /** Goes to a field and types a text in place of what it has. */
  public KeyboardWalk write(Locator field, String text) {
    to(field).key("ControlOrMeta+a").key("Delete");
    page.keyboard().type(text);
    return this;
  }

  /** Goes to a list of choices and takes the one so many places below. */
  public KeyboardWalk choose(Locator select, int below) {
    to(select);
    for (int i = 0; i < below; i++) {
      key("ArrowDown");
    }
    return this;
  }

  /** Opens the menu of a row and takes an item by its text. */
  public KeyboardWalk menu(Locator row, String item) {
    press(row.locator("button[data-key]"));
    page.waitForFunction("() => document.activeElement.getAttribute('role') === 'menuitem'");
    for (int i = 0; i < 10 && !focusedText().equals(item); i++) {
      key("ArrowDown");
      assertThat(page.evaluate(FAULT)).isEqualTo("");
    }
    assertThat(focusedText()).isEqualTo(item);
    return key("Enter");
  }

  /** The text of what has the focus. */
  public String focusedText() {
    return ((String) page.evaluate("() => document.activeElement.innerText ?? ''")).strip();
  }

  /** Fails unless something of the page has the focus, and keeps it until no request runs. */
  public KeyboardWalk held() {
    page.waitForFunction(
        HAS_FOCUS, null, new Page.WaitForFunctionOptions().setTimeout(LOST).setPollingInterval(10));
    do {
      page.waitForCondition(pending::isEmpty);
      page.evaluate(TWO_FRAMES);
    } while (!pending.isEmpty());
    assertThat(page.evaluate(HAS_FOCUS)).as("the focus is kept").isEqualTo(true);
    return this;
  }

  /** Fails unless the element has the focus, and keeps it until no request runs. */
  public KeyboardWalk heldBy(Locator target) {
    held();
    assertThat(hasFocus(target)).as("%s has the focus", target).isTrue();
    return this;
  }

  /** Goes once around the open dialog, forwards and backwards: nothing behind it gets the focus. */
  public KeyboardWalk dialog() {
    page.waitForFunction(IN_DIALOG);
    held();
    assertThat(around("Tab")).isEqualTo(around("Shift+Tab"));
    return this;
  }

  private int around(String key) {
    page.evaluate("() => { window.bwFirst = document.activeElement; }");
    int stops = 0;
    do {
      key(key);
      stops++;
      assertThat(page.evaluate(FAULT)).isEqualTo("");
      assertThat(page.evaluate(IN_DIALOG)).as("in the dialog").isEqualTo(true);
    } while (stops < MOST_STOPS
        && page.evaluate("() => window.bwFirst === document.activeElement").equals(false));
    return stops;
  }

  /** Closes the open dialog by Escape. */
  public KeyboardWalk escape() {
    return key("Escape").closed();
  }

  /** Waits until no dialog is open. */
  public KeyboardWalk closed() {
    page.getByRole(AriaRole.DIALOG)
        .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
    return held();
  }

  /** Keeps a picture of what the window shows. */
  public KeyboardWalk picture(String name) {
    page.screenshot(
        new Page.ScreenshotOptions()
            .setPath(Path.of("target", "screenshots", "keyboard-" + name + "-" + look + ".png")));
    return this;
  }

  /** Fails if the document that the page shows was touched by a pointer. */
  @Override
  public void close() {
    assertThat(page.evaluate("() => window.bwPointer ?? false")).isEqualTo(false);
  }
}

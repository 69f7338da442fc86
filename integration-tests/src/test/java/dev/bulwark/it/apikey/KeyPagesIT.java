package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;

/** K3, B5: the pages that make a key, in every look; the key is shown once and made once. */
@Tag("full")
@SharedRealm
class KeyPagesIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final KeyPages PAGES = new KeyPages(REALM);

  /** The key has the focus, and is selected for a copy by keyboard. */
  private static final String SELECTED =
      """
      () => {
        const key = document.getElementById("api-key");
        return key && document.activeElement === key && key.value !== ""
          && getSelection().toString() === key.value;
      }""";

  private static Chromium chromium;

  private final AdminApi admin = STACK.admin();
  private final Keys keys = new Keys(REALM);

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
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void everyPageInEveryLook(Look look) {
    String user = "look-" + look.name().toLowerCase(Locale.ROOT);
    KeyPages.createUser(admin, user);
    boolean german = look.isGerman();
    try (BrowserContext context = chromium.newContext(look.options())) {
      Page page = context.newPage();
      PAGES.signingIn(page, user);
      PAGES.open(page);
      assertThat(page.locator("#kc-page-title").innerText())
          .isEqualTo(german ? "API-Schlüssel erstellen" : "Create an API key");
      Inspection.inspectStrictly(page, look, "api-key-form");

      KeyPages.fill(page, " ", "tasks:read");
      page.fill("#expires", "2001-01-01");
      page.click("#kc-submit");
      page.locator("[id^=input-error-name]").first().waitFor();
      Inspection.inspectStrictly(page, look, "api-key-form-error");

      page.fill("#name", german ? "Nachtjob der Buchhaltung" : "Nightly job of the accounts");
      page.fill("#expires", "2035-01-31");
      page.locator("input[value='tasks:write']").check();
      KeyPages.submit(page);
      assertThat(page.locator("#api-key-copy").isVisible()).isTrue();
      Inspection.inspectStrictly(page, look, "api-key-created");

      page.click("#kc-done");
      PAGES.backInConsole(page);
      Inspection.inspectStrictly(page, look, "api-key-list");

      PAGES.open(page);
      page.click("#api-keys summary");
      Inspection.inspectStrictly(page, look, "api-key-change");
      KeyPages.fill(page, german ? "zweiter" : "second");
      String key = KeyPages.submit(page);
      assertThat(page.locator(".api-key-facts").innerText())
          .as("a key without a permission")
          .contains(german ? "weist den Schlüssel ab" : "rejects the key");
      page.reload();
      page.waitForSelector("#api-key-shown");
      assertThat(page.content()).doesNotContain(key);
      Inspection.inspectStrictly(page, look, "api-key-shown-already");
      page.click("#kc-done");
      PAGES.backInConsole(page);
      assertThat(PAGES.row(page, german ? "zweiter" : "second").count()).isOne();

      PAGES.row(page, german ? "zweiter" : "second").locator("[data-testrole=remove]").click();
      page.waitForSelector("#kc-accept");
      assertThat(page.locator("#kc-delete-text").innerText())
          .contains(german ? "funktioniert dann nicht mehr" : "stops working");
      assertThat(page.locator("#kc-accept").innerText().strip())
          .isEqualTo(german ? "Löschen" : "Delete");
      assertThat(page.locator("#kc-decline").innerText().strip())
          .isEqualTo(german ? "Abbrechen" : "Cancel");
      Inspection.inspectStrictly(page, look, "api-key-delete");
    }
  }

  @Test
  void neitherTheWayBackNorAReloadNorAnotherTabShowsTheKeyAgain() {
    KeyPages.createUser(admin, "back");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.signingIn(page, "back");
          PAGES.open(page);
          KeyPages.fill(page, "once");
          String key = KeyPages.submit(page);
          String address = page.url();
          assertThat(address).doesNotContain(key.substring(10));

          page.goBack();
          page.waitForLoadState();
          assertThat(page.content()).doesNotContain(key);
          page.goForward();
          page.waitForSelector("#api-key-shown");
          assertThat(page.content()).doesNotContain(key);

          Page other = page.context().newPage();
          other.navigate(address);
          other.waitForSelector("#api-key-shown");
          assertThat(other.content()).doesNotContain(key);

          page.click("#kc-done");
          PAGES.backInConsole(page);
          page.goBack();
          page.waitForLoadState();
          assertThat(page.content()).doesNotContain(key);
          assertThat(names("back")).containsExactly("once");
        });
  }

  /** What a browser that keeps whole pages for the way back would show again. */
  @Test
  void aPageThatIsLeftHoldsTheKeyNoMore() {
    KeyPages.createUser(admin, "left");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.form(page, "left");
          KeyPages.fill(page, "kept");
          String key = KeyPages.submit(page);
          page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pagehide'))");
          assertThat(page.inputValue("#api-key")).isEmpty();
          assertThat(page.content()).doesNotContain(key);
          page.evaluate(
              "() => window.dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))");
          page.waitForSelector("#api-key-shown");
        });
  }

  @Test
  void aDoubleClickMakesOneKeyAndShowsIt() {
    KeyPages.createUser(admin, "twice");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.form(page, "twice");
          KeyPages.fill(page, "impatient");
          page.locator("#kc-submit").dblclick();
          page.waitForSelector("#api-key");
          assertThat(keys.isGood(page.inputValue("#api-key"))).isTrue();
          assertThat(names("twice")).containsExactly("impatient");
        });
  }

  @Test
  void worksWithoutScript() {
    KeyPages.createUser(admin, "noscript");
    visit(
        new Browser.NewContextOptions().setJavaScriptEnabled(false).setLocale("en-US"),
        page -> {
          PAGES.form(page, "noscript");
          KeyPages.fill(page, "by hand", "tasks:read");
          String key = KeyPages.submit(page);
          assertThat(keys.isGood(key)).isTrue();
          assertThat(page.locator("#api-key-copy").isVisible()).as("a dead button").isFalse();
          assertThat(page.locator("#api-key").isVisible()).isTrue();
          // Nothing listens there, and Playwright does not route what a redirect leads to.
          String answer =
              page.waitForRequest("http://localhost/**", () -> page.click("#kc-done")).url();
          assertThat(answer).contains("kc_action_status=success").doesNotContain(key);
        });
  }

  @Test
  void cancellingMakesNoKeyAndTellsTheApplication() {
    KeyPages.createUser(admin, "canceller");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.form(page, "canceller");
          KeyPages.fill(page, "never");
          // Nothing listens there, and Playwright does not route what a redirect leads to.
          String answer =
              page.waitForRequest("http://localhost/**", () -> page.click("#kc-cancel")).url();
          assertThat(answer).contains("kc_action_status=cancelled");
          assertThat(names("canceller")).isEmpty();
        });
  }

  @Test
  void renamedSwitchedOffAndOnAndReplaced() {
    KeyPages.createUser(admin, "changer");
    String old = keys.made("changer", "old name", "tasks:read").get("key").asText();
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.signingIn(page, "changer");
          PAGES.open(page);
          page.click("#api-keys summary");
          page.fill("#key-name-0", " ");
          assertThat(pressed(page, "rename")).contains("1 to 100 characters");
          page.click("#api-keys summary");
          page.fill("#key-name-0", "new name");
          assertThat(pressed(page, "rename")).contains("The key has been changed.");
          assertThat(names("changer")).containsExactly("new name");

          page.click("#api-keys summary");
          assertThat(pressed(page, "deactivate")).contains("The key has been changed.");
          assertThat(keys.isGood(old)).isFalse();
          page.click("#api-keys summary");
          assertThat(page.locator("button[value=rotate]").count()).isZero();
          assertThat(pressed(page, "activate")).contains("The key has been changed.");
          assertThat(keys.isGood(old)).isTrue();

          page.click("#api-keys summary");
          page.selectOption("#key-overlap-0", "3600");
          page.click("button[value=rotate]");
          page.waitForSelector("#api-key");
          String replacement = page.inputValue("#api-key");
          assertThat(replacement).isNotEqualTo(old);
          assertThat(keys.isGood(replacement)).isTrue();
          assertThat(keys.isGood(old)).as("for another hour").isTrue();
          page.reload();
          page.waitForSelector("#api-key-shown");
          page.click("#kc-done");
          PAGES.backInConsole(page);

          PAGES.open(page);
          Locator second = page.locator("#api-keys details").last();
          second.locator("summary").click();
          second.locator("select").selectOption("0");
          second.locator("button[value=rotate]").click();
          page.waitForSelector("#api-key");
          assertThat(keys.isGood(replacement)).as("no longer").isFalse();
          assertThat(keys.isGood(page.inputValue("#api-key"))).isTrue();
        });
  }

  /** Presses a button and returns what the next page says. */
  private static String pressed(Page page, String button) {
    page.waitForNavigation(() -> page.click("button[value=" + button + "]"));
    return page.locator(".pf-v5-c-alert__title").innerText();
  }

  @Test
  void theKeyboardDoesItAll() {
    KeyPages.createUser(admin, "keyboard");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.form(page, "keyboard");
          assertThat(focused(page)).isEqualTo("name");
          page.keyboard().type("typed");
          List<String> reached = new ArrayList<>();
          for (int i = 0; i < 12 && !reached.contains("kc-submit"); i++) {
            page.keyboard().press("Tab");
            reached.add(focused(page));
          }
          assertThat(reached).containsSubsequence("scope-0", "scope-1", "expires", "kc-submit");
          page.keyboard().press("Enter");
          page.waitForFunction(SELECTED);
          page.keyboard().press("Tab");
          assertThat(focused(page)).isEqualTo("api-key-copy");
          page.keyboard().press("Enter");
          Locator status = page.locator("#api-key-copied");
          status.filter(new Locator.FilterOptions().setHasText(".")).waitFor();
          assertThat(status.getAttribute("role")).as("is read out").isEqualTo("status");
          page.keyboard().press("Tab");
          assertThat(focused(page)).isEqualTo("kc-done");
          assertThat(names("keyboard")).containsExactly("typed");
        });
  }

  /** A slow network: the browser focuses the key before the script of the page is there. */
  @Test
  void theKeyIsSelectedWhenTheScriptComesLate() {
    KeyPages.createUser(admin, "late");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.form(page, "late");
          page.fill("#name", "late");
          List<Route> scripts = new ArrayList<>();
          page.route("**/js/api-key.js*", scripts::add);
          page.locator("#kc-submit").focus();
          page.keyboard().press("Enter");
          page.waitForFunction("() => document.activeElement?.id === 'api-key'");
          page.waitForCondition(() -> !scripts.isEmpty());
          scripts.forEach(Route::resume);
          page.waitForFunction(SELECTED);
        });
  }

  @Test
  void aScreenReaderHearsWhatBelongsTogether() {
    KeyPages.createUser(admin, "reader");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.form(page, "reader");
          assertThat(page.locator("fieldset > legend").innerText()).isEqualTo("Permissions");
          assertThat(page.locator("label[for=expires]").count()).isOne();
          page.click("#kc-submit");
          page.waitForSelector("#input-error-name");
          assertThat(page.locator("#name").getAttribute("aria-describedby"))
              .contains("input-error-name");
          page.fill("#name", "x");
          page.fill("#expires", "2001-01-01");
          page.click("#kc-submit");
          page.waitForSelector("#input-error-expires");
          assertThat(page.locator("#expires").getAttribute("aria-describedby"))
              .contains("api-key-expires-help", "input-error-expires");
        });
  }

  private static String focused(Page page) {
    return (String) page.evaluate("() => document.activeElement.id");
  }

  private List<String> names(String user) {
    List<String> names = new ArrayList<>();
    keys.send("GET", "", keys.token(user), null)
        .expect(200)
        .json()
        .forEach(key -> names.add(key.get("name").asText()));
    return names;
  }

  private static void visit(
      Browser.NewContextOptions options, java.util.function.Consumer<Page> visit) {
    try (BrowserContext context = chromium.newContext(options)) {
      visit.accept(context.newPage());
    }
  }
}

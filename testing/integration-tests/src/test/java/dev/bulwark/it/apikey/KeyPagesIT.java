package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.CsvSource;
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

      LocalDate inThirtyDays = LocalDate.now(ZoneOffset.UTC).plusDays(30);
      assertThat(page.inputValue("#expires"))
          .as("safe unless another day is chosen")
          .isBetween(inThirtyDays.minusDays(1).toString(), inThirtyDays.toString());
      KeyPages.fill(page, " ");
      page.fill("#expires", "2001-01-01");
      page.click("#kc-submit");
      page.locator("[id^=input-error-name]").first().waitFor();
      for (String field : new String[] {"scope", "expires"}) {
        assertThat(page.locator("#input-error-" + field).isVisible()).as(field).isTrue();
      }
      Inspection.inspectStrictly(page, look, "api-key-form-error");

      page.locator("input[value='tasks:read']").check();
      page.fill("#name", german ? "Nachtjob der Buchhaltung" : "Nightly job of the accounts");
      page.fill("#expires", "2035-01-31");
      page.locator("input[value='tasks:write']").check();
      KeyPages.submit(page);
      assertThat(page.locator("#api-key-copy").isVisible()).isTrue();
      for (String field : new String[] {"#api-key", "#api-key-command"}) {
        assertThat(page.locator(field).evaluate("e => e.scrollHeight - e.clientHeight"))
            .as("pixels of %s that are not shown", field)
            .isEqualTo(0);
      }
      Inspection.inspectStrictly(page, look, "api-key-created");

      page.click("#kc-done");
      PAGES.backInConsole(page);
      Inspection.inspectStrictly(page, look, "api-key-list");

      PAGES.open(page);
      KeyPages.fill(page, german ? "zweiter" : "second", "tasks:read");
      String key = KeyPages.submit(page);
      assertThat(page.locator(".api-key-facts").innerText())
          .contains(german ? "Aufgaben" : "Read tasks")
          .doesNotContain("tasks:read");
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

  /** K11: in the browser's time zone, and in the one format of the owners' page. */
  @ParameterizedTest
  @CsvSource({
    "Pacific/Kiritimati, en-US, 'MMM d, uuuu'",
    "America/Los_Angeles, de-DE, dd.MM.uuuu",
  })
  void theDayThatWasChosenIsTheLastOneInTheTimeZoneOfTheBrowser(
      ZoneId zone, String language, String pattern) {
    String user = "in-" + language.toLowerCase(Locale.ROOT);
    KeyPages.createUser(admin, user);
    visit(
        Look.DESKTOP_LIGHT.options().setTimezoneId(zone.getId()).setLocale(language),
        page -> {
          LocalDate before = LocalDate.now(zone);
          PAGES.signingIn(page, user);
          PAGES.open(page);
          page.waitForSelector("input[name=zone]:not([value=''])", attached());
          LocalDate today = LocalDate.now(zone);
          assertThat(page.getAttribute("#expires", "min"))
              .isBetween(before.toString(), today.toString());
          assertThat(page.inputValue("#expires"))
              .isBetween(before.plusDays(30).toString(), today.plusDays(30).toString());
          assertThat(page.locator("#api-key-expires-help").innerText()).doesNotContain("UTC");

          LocalDate last = today.plusDays(40);
          KeyPages.fill(page, "far away", "tasks:read");
          page.fill("#expires", last.toString());
          KeyPages.submit(page);
          Locator end = page.locator(".api-key-facts time");
          String shown = end.innerText();
          assertThat(shown)
              .startsWith(DateTimeFormatter.ofPattern(pattern, Locale.US).format(last));
          assertThat(Instant.parse(end.getAttribute("datetime")))
              .isEqualTo(last.plusDays(1).atStartOfDay(zone).toInstant());

          page.click("#kc-done");
          PAGES.backInConsole(page);
          PAGES.row(page, "far away").getByText(shown).waitFor();
          new AccountKeys(REALM).open(page, user);
          assertThat(AccountKeys.row(page, "far away").locator("time").allInnerTexts())
              .as("on the page of API keys")
              .contains(shown);
        });
  }

  @Test
  void neitherTheWayBackNorAReloadNorAnotherTabShowsTheKeyAgain() {
    KeyPages.createUser(admin, "back");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.signingIn(page, "back");
          PAGES.open(page);
          KeyPages.fill(page, "once", "tasks:read");
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
          KeyPages.fill(page, "kept", "tasks:read");
          String key = KeyPages.submit(page);
          page.evaluate("() => window.dispatchEvent(new PageTransitionEvent('pagehide'))");
          assertThat(page.inputValue("#api-key")).isEmpty();
          assertThat(page.inputValue("#api-key-command")).isEmpty();
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
          KeyPages.fill(page, "impatient", "tasks:read");
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
          assertThat(page.locator("#api-key-expires-help").innerText()).contains("(UTC)");
          String day = page.inputValue("#expires");
          KeyPages.fill(page, "by hand", "tasks:read");
          String key = KeyPages.submit(page);
          assertThat(page.locator(".api-key-facts time").innerText()).isEqualTo(day + " 23:59 UTC");
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
          KeyPages.fill(page, "never", "tasks:read");
          // Nothing listens there, and Playwright does not route what a redirect leads to.
          String answer =
              page.waitForRequest("http://localhost/**", () -> page.click("#kc-cancel")).url();
          assertThat(answer).contains("kc_action_status=cancelled");
          assertThat(names("canceller")).isEmpty();
        });
  }

  /** One page only changes keys: the one that shows until when a replaced key works. */
  @Test
  void theFormLeadsToThePageThatChangesKeys() {
    KeyPages.createUser(admin, "changer");
    keys.made("changer", "an old one", "tasks:read");
    visit(
        Look.DESKTOP_LIGHT.options(),
        page -> {
          PAGES.signingIn(page, "changer");
          PAGES.open(page);
          assertThat(page.locator("form").count()).as("forms").isOne();
          page.click("#api-keys-page");
          page.waitForSelector(".bw-keys");
          assertThat(page.url()).endsWith("/account/content/api-keys");
          assertThat(page.locator("main").innerText()).contains("an old one");
        });
  }

  /** A theme without the page for keys: a link would lead to nothing. */
  @Test
  void anotherAccountThemeGetsNoLink() {
    KeyPages.createUser(admin, "plain-theme");
    admin.put("/realms/app", Json.object("accountTheme", "keycloak.v3")).expect(204);
    try {
      visit(
          Look.DESKTOP_LIGHT.options(),
          page -> {
            PAGES.form(page, "plain-theme");
            assertThat(page.locator("#api-keys-page").count()).isZero();
          });
    } finally {
      admin.put("/realms/app", Json.object("accountTheme", "bulwark")).expect(204);
    }
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
          assertThat(reached)
              .containsSubsequence("scope-0", "scope-1", "expires", "never", "kc-submit");
          page.keyboard().press("Enter");
          page.waitForSelector("#input-error-scope");
          page.waitForFunction("() => document.activeElement.id === 'scope-0'");
          page.keyboard().press("Space");
          page.focus("#kc-submit");
          page.keyboard().press("Enter");
          page.waitForFunction(SELECTED);
          for (String field : new String[] {"api-key", "api-key-command"}) {
            page.keyboard().press("Tab");
            assertThat(focused(page)).isEqualTo(field + "-copy");
            page.keyboard().press("Enter");
            Locator status = page.locator("#" + field + "-copied");
            status.filter(new Locator.FilterOptions().setHasText(".")).waitFor();
            assertThat(status.getAttribute("role")).as("is read out").isEqualTo("status");
            page.keyboard().press("Tab");
          }
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
          KeyPages.fill(page, "late", "tasks:read");
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
          assertThat(page.locator("#scope-0").getAttribute("aria-describedby"))
              .contains("scope-0-name", "input-error-scope");
          assertThat(page.locator("input[name=scope]").all())
              .allSatisfy(
                  scope -> assertThat(scope.getAttribute("aria-invalid")).isEqualTo("true"));
          page.fill("#name", "x");
          page.fill("#expires", "2001-01-01");
          page.click("#kc-submit");
          page.waitForSelector("#input-error-expires");
          assertThat(page.locator("#expires").getAttribute("aria-describedby"))
              .contains("api-key-expires-help", "input-error-expires");
        });
  }

  private static Page.WaitForSelectorOptions attached() {
    return new Page.WaitForSelectorOptions().setState(WaitForSelectorState.ATTACHED);
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

package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.WaitForSelectorState;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;

/** B5: the login pages. */
@SharedRealm
@Tag("full")
class LoginThemeIT {

  /** From the end of a select's text to its arrow. */
  private static final String GAP =
      """
      (select) => {
        const arrow = select.parentElement.querySelector("svg").getBoundingClientRect();
        const padding = parseFloat(getComputedStyle(select).paddingInlineEnd);
        return arrow.left - select.getBoundingClientRect().right + padding;
      }""";

  private static final ThemedPages PAGES = new ThemedPages(TestStack.get().realm());

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
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void loginPage(Look look) {
    visit(
        look,
        page -> {
          PAGES.login(page);
          assertThat(
                  page.locator("link[href*='/login/bulwark/css/bulwark.css']").getAttribute("href"))
              .as("an address that changes with the content")
              .containsPattern("[?][0-9a-f]{64}$");
          assertThat(page.locator("#kc-header-wrapper").innerText()).isEqualTo("Bulwark");
          Locator languages = page.locator("#login-select-toggle");
          assertThat(languages.getAttribute("aria-label"))
              .isEqualTo(look.isGerman() ? "Sprache" : "Language");
          assertThat(languages.boundingBox().width).as("width of the menu").isLessThan(130);
          assertThat(((Number) languages.evaluate(GAP)).doubleValue())
              .as("pixels between the language and the arrow")
              .isGreaterThan(2);
          assertThat(middle(languages))
              .as("beside the title")
              .isCloseTo(middle(page.locator("#kc-page-title")), within(8.0));
          Inspection.inspectStrictly(page, look, "login");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void wrongPassword(Look look) {
    visit(
        look,
        page -> {
          PAGES.login(page);
          PAGES.signIn(page, "alice", "not-her-password");
          Locator error = page.locator("#input-error-username");
          assertThat(error.innerText()).isNotBlank();
          assertThat(page.locator("#username").getAttribute("aria-describedby"))
              .isEqualTo("input-error-username");
          Locator field = page.locator(".pf-v5-c-form-control:has(#username)");
          assertThat(middle(field.locator(".pf-v5-c-form-control__icon i")))
              .as("the icon is in the middle of the field")
              .isCloseTo(middle(field), within(1.0));
          Inspection.inspectStrictly(page, look, "login-error");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void registration(Look look) {
    visit(
        look,
        page -> {
          PAGES.registration(page);
          Inspection.inspectStrictly(page, look, "register");
          page.click("#kc-register-form input[type=submit]");
          page.waitForSelector("#input-error-email");
          assertThat(page.evaluate("() => document.activeElement.getAttribute('aria-invalid')"))
              .as("the first field with an error has the focus")
              .isEqualTo("true");
          page.waitForSelector("[aria-invalid=true] ~ .pf-v5-c-form-control__utilities");
          assertThat(page.locator("[aria-invalid=true]").count()).isGreaterThan(1);
          assertThat(page.locator("[aria-invalid=true]:not(:has(~ * .pf-m-status))").count())
              .as("fields whose error has no icon")
              .isZero();
          Inspection.inspectStrictly(page, look, "register-error");
        });
  }

  /** In a realm whose registration has a password; that of the shipped realm sends a link first. */
  @Test
  void registrationWithAPassword() {
    AdminApi admin = TestStack.get().admin();
    String realm = "with-password";
    admin.makeRealm(
        """
            {"realm": "%s", "enabled": true, "displayName": "Firm", "loginTheme": "bulwark",
             "registrationAllowed": true,
             "passwordPolicy": "length(9) and digits(1) and notUsername(undefined)"}
            """
            .formatted(realm));
    try {
      visit(
          Look.DESKTOP_LIGHT,
          page -> {
            page.navigate(TestStack.get().url() + "/realms/" + realm + "/account/");
            page.click("#kc-registration a");
            assertThat(rulesOf(page, "#password"))
                .contains(
                    "At least 9 characters.",
                    "Digits: at least 1.",
                    "Not your username or email address.")
                .doesNotContain("At most", "letters");
            page.focus("#email");
            List<String> reached = new ArrayList<>();
            for (int i = 0; i < 9; i++) {
              reached.add((String) page.evaluate("() => document.activeElement.name"));
              page.keyboard().press("Tab");
            }
            assertThat(reached)
                .as("what one signs in with comes last")
                .containsSubsequence(
                    "email", "firstName", "lastName", "username", "password", "password-confirm");
            page.waitForNavigation(() -> page.click("#kc-register-form input[type=submit]"));
            assertThat(page.locator("#password").getAttribute("aria-describedby"))
                .isEqualTo("bw-password-rules input-error-password");
            Inspection.inspectStrictly(page, Look.DESKTOP_LIGHT, "register-password");
          });
    } finally {
      admin.delete("/realms/" + realm).expect(204);
    }
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void resetPassword(Look look) {
    visit(
        look,
        page -> {
          PAGES.resetPassword(page);
          assertThat(page.title())
              .isEqualTo(
                  look.isGerman()
                      ? "Passwort zurücksetzen – Bulwark"
                      : "Reset your password – Bulwark");
          assertThat(page.locator("#kc-info").boundingBox().y)
              .as("the text stands before the form")
              .isLessThan(page.locator("#username").boundingBox().y);
          assertThat(page.locator("#kc-form-buttons").innerText().strip())
              .isEqualTo(look.isGerman() ? "Weiter" : "Continue");
          Inspection.inspectStrictly(page, look, "reset-password");
          page.fill("#username", "nobody-at-all");
          page.click("#kc-form-buttons");
          page.waitForSelector(".pf-v5-c-alert.pf-m-success");
          assertThat(page.locator(".pf-v5-c-alert.pf-m-success").innerText())
              .as("no promise of a mail")
              .contains(
                  look.isGerman() ? "Gibt es dazu ein Konto" : "If there is an account for it");
          Inspection.inspectStrictly(page, look, "reset-password-sent");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void authenticatorSetUp(Look look) {
    String user = "totp-" + look.name().toLowerCase(Locale.ROOT);
    createUser(user, "CONFIGURE_TOTP");
    visit(
        look,
        page -> {
          PAGES.login(page);
          PAGES.signIn(page, user, Realm.PASSWORD);
          page.waitForSelector("label[for=totp]");
          assertThat(page.locator("label[for=totp]").count()).isOne();
          assertThat(page.locator("label[for=userLabel]").count()).isOne();
          Inspection.inspectStrictly(page, look, "totp");
          page.click("#mode-manual");
          page.waitForSelector("#kc-totp-secret-key");
          String secret = page.locator("#kc-totp-secret-key").innerText().replace(" ", "");
          assertThat(page.locator("#bw-totp-open").getAttribute("href"))
              .isEqualTo(
                  "otpauth://totp/Bulwark?secret="
                      + secret
                      + "&issuer=Bulwark&algorithm=SHA1&digits=6&period=30");
          page.context().grantPermissions(List.of("clipboard-read", "clipboard-write"));
          page.click("#bw-totp-copy");
          page.locator(".bw-totp-tools [role=status]:not(:empty)").waitFor();
          assertThat(page.evaluate("() => navigator.clipboard.readText()")).isEqualTo(secret);
          Inspection.inspectStrictly(page, look, "totp-manual");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void recoveryCodesAndNewPassword(Look look) {
    String suffix = look.name().toLowerCase(Locale.ROOT);
    createUser("codes-" + suffix, "CONFIGURE_RECOVERY_AUTHN_CODES");
    createUser("renew-" + suffix, "UPDATE_PASSWORD");
    visit(
        look,
        page -> {
          PAGES.login(page);
          PAGES.signIn(page, "codes-" + suffix, Realm.PASSWORD);
          page.waitForSelector("#kc-recovery-codes-list");
          assertThat(page.locator(".pf-v5-c-alert:visible").count()).as("warnings").isOne();
          assertThat(page.locator(".kc-recovery-codes-warning").getAttribute("aria-label"))
              .isEqualTo(look.isGerman() ? "Warnung" : "Warning");
          assertThat(page.locator("#printRecoveryCodes i").boundingBox().x)
              .as("in line with the list above")
              .isCloseTo(
                  page.locator(".pf-v5-c-panel:has(#kc-recovery-codes-list)").boundingBox().x,
                  within(2.0));
          Inspection.inspectStrictly(page, look, "recovery-codes");
        });
    visit(
        look,
        page -> {
          PAGES.login(page);
          PAGES.signIn(page, "renew-" + suffix, Realm.PASSWORD);
          page.waitForSelector("#password-new");
          assertThat(rulesOf(page, "#password-new")).contains("8");
          Inspection.inspectStrictly(page, look, "new-password");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void errorLogoutAndInformation(Look look) {
    visit(
        look,
        page -> {
          PAGES.unknownClient(page);
          assertLeadsToTheAccount(page);
          Inspection.inspectStrictly(page, look, "error");
          PAGES.unknownPath(page);
          assertLeadsToTheAccount(page);
          Inspection.inspectStrictly(page, look, "not-found");
          PAGES.logout(page);
          Inspection.inspectStrictly(page, look, "logout");
          page.click("#kc-logout");
          page.waitForSelector("[data-page-id=login-info]");
          assertThat(page.locator("#kc-page-title").innerText()).isNotBlank();
          assertThat(page.locator("#kc-info-message .instruction").isVisible())
              .as("the heading's text a second time")
              .isFalse();
          assertLeadsToTheAccount(page);
          Inspection.inspectStrictly(page, look, "info");
        });
  }

  /**
   * The realm {@code master} chooses the theme: then it has the pages of realms that there are none
   * of, too.
   */
  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void theRealmMasterAndUnknownRealms(Look look) {
    AdminApi admin = TestStack.get().admin();
    admin.put("/realms/master", "{\"loginTheme\": \"bulwark\"}").expect(204);
    try {
      visit(
          look,
          page -> {
            page.navigate(TestStack.get().url() + "/admin/master/console/");
            page.waitForSelector("#kc-login");
            Inspection.inspectStrictly(page, look, "login-master");
            page.navigate(TestStack.get().url() + "/realms/no-such-realm/account/");
            page.waitForSelector("link[href*='/login/bulwark/css/bulwark.css']", attached());
            assertThat(page.locator("#bw-account").count())
                .as("to the account of an administrator")
                .isZero();
            Inspection.inspectStrictly(page, look, "unknown-realm");
          });
    } finally {
      admin.put("/realms/master", "{\"loginTheme\": \"\"}").expect(204);
    }
  }

  @Test
  void germanByTheBrowsersLanguage() {
    visit(
        new Browser.NewContextOptions().setLocale("de-DE"),
        page -> {
          PAGES.login(page);
          assertGerman(page);
        });
  }

  @Test
  void germanByTheApplicationsWish() {
    visit(
        new Browser.NewContextOptions().setLocale("en-US"),
        page -> {
          PAGES.login(page, "de");
          assertGerman(page);
        });
  }

  @Test
  void theLanguageMenuChangesThePage() {
    visit(
        new Browser.NewContextOptions().setLocale("en-US"),
        page -> {
          PAGES.login(page);
          assertThat(page.locator("#kc-page-title").innerText()).isEqualTo("Sign in");
          assertThat(page.locator(".bw-footer").innerText()).isEqualTo("Protected by Bulwark");
          page.selectOption("#login-select-toggle", optionOf(page, "Deutsch"));
          page.waitForSelector("html[lang=de]");
          assertGerman(page);
        });
  }

  @Test
  void theKeyboardReachesEverythingInOrderAndIsSeen() {
    visit(
        Look.DESKTOP_LIGHT,
        page -> {
          PAGES.login(page);
          List<String> reached = new ArrayList<>();
          for (int i = 0; i < 6; i++) {
            reached.add((String) page.evaluate("() => document.activeElement.id"));
            assertThat(
                    (String)
                        page.evaluate("() => getComputedStyle(document.activeElement).outline"))
                .as("focus ring of %s", reached)
                .contains("solid", "3px");
            page.keyboard().press("Tab");
          }
          assertThat(reached)
              .containsSubsequence("username", "password", "password-show-password", "kc-login");
        });
  }

  @Test
  void worksWithoutScript() {
    visit(
        new Browser.NewContextOptions().setJavaScriptEnabled(false).setLocale("en-US"),
        page -> {
          PAGES.login(page);
          PAGES.signIn(page, "alice", "not-her-password");
          assertThat(page.locator("#input-error-username").innerText()).isNotBlank();
        });
  }

  /** A page that names no application: it must not be a dead end. */
  private static void assertLeadsToTheAccount(Page page) {
    assertThat(page.locator("#bw-account a").getAttribute("href"))
        .isEqualTo("/realms/app/account/");
  }

  private static double middle(Locator locator) {
    BoundingBox box = locator.boundingBox();
    return box.y + box.height / 2;
  }

  /** What a screen reader says of a password field before anything is in it. */
  private static String rulesOf(Page page, String field) {
    page.waitForSelector("#bw-password-rules");
    assertThat(page.locator(field).getAttribute("aria-describedby")).isEqualTo("bw-password-rules");
    return page.locator("#bw-password-rules").innerText();
  }

  private static Page.WaitForSelectorOptions attached() {
    return new Page.WaitForSelectorOptions().setState(WaitForSelectorState.ATTACHED);
  }

  private static void visit(Look look, Consumer<Page> visit) {
    visit(look.options(), visit);
  }

  private static void visit(Browser.NewContextOptions options, Consumer<Page> visit) {
    try (BrowserContext context = chromium.newContext(options)) {
      visit.accept(context.newPage());
    }
  }

  private static void assertGerman(Page page) {
    assertThat(page.locator("html").getAttribute("lang")).isEqualTo("de");
    assertThat(page.locator("#kc-page-title").innerText()).isEqualTo("Anmelden");
    assertThat(page.locator(".bw-footer").innerText()).isEqualTo("Geschützt durch Bulwark");
  }

  private static String optionOf(Page page, String label) {
    String value =
        page.locator("#login-select-toggle option")
            .filter(new Locator.FilterOptions().setHasText(label))
            .getAttribute("value");
    if (value == null) {
      throw new AssertionError("no language " + label);
    }
    return value;
  }

  private static void createUser(String name, String requiredAction) {
    AdminApi admin = TestStack.get().admin();
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": true,
             "firstName": "Theme", "lastName": "Test", "requiredActions": ["%2$s"],
             "credentials": [{"type": "password", "value": "%3$s"}]}
            """
                .formatted(name, requiredAction, Realm.PASSWORD))
        .expect(201);
  }
}

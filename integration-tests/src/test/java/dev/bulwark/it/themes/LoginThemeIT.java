package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/** B5: the login pages. */
@SharedRealm
class LoginThemeIT {

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
          Inspection.inspect(page, look, "login");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
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
          Inspection.inspect(page, look, "login-error");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  void registration(Look look) {
    visit(
        look,
        page -> {
          PAGES.registration(page);
          Inspection.inspect(page, look, "register");
          page.click("#kc-register-form input[type=submit]");
          page.waitForSelector("#input-error-email");
          assertThat(page.evaluate("() => document.activeElement.getAttribute('aria-invalid')"))
              .as("the first field with an error has the focus")
              .isEqualTo("true");
          Inspection.inspect(page, look, "register-error");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  void resetPassword(Look look) {
    visit(
        look,
        page -> {
          PAGES.resetPassword(page);
          assertThat(page.title())
              .isEqualTo(
                  look == Look.DESKTOP_LIGHT
                      ? "Reset your password – Bulwark"
                      : "Passwort zurücksetzen – Bulwark");
          assertThat(page.locator("#kc-info").boundingBox().y)
              .as("the text stands before the form")
              .isLessThan(page.locator("#username").boundingBox().y);
          Inspection.inspect(page, look, "reset-password");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
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
          Inspection.inspect(page, look, "totp");
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
          Inspection.inspect(page, look, "totp-manual");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
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
          Inspection.inspect(page, look, "recovery-codes");
        });
    visit(
        look,
        page -> {
          PAGES.login(page);
          PAGES.signIn(page, "renew-" + suffix, Realm.PASSWORD);
          page.waitForSelector("#password-new");
          Inspection.inspect(page, look, "new-password");
        });
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  void errorLogoutAndInformation(Look look) {
    visit(
        look,
        page -> {
          PAGES.unknownClient(page);
          Inspection.inspect(page, look, "error");
          PAGES.unknownPath(page);
          Inspection.inspect(page, look, "not-found");
          PAGES.logout(page);
          Inspection.inspect(page, look, "logout");
          page.click("#kc-logout");
          page.waitForSelector("[data-page-id=login-info]");
          assertThat(page.locator("#kc-page-title").innerText()).isNotBlank();
          assertThat(page.locator("#kc-info-message .instruction").isVisible())
              .as("the heading's text a second time")
              .isFalse();
          Inspection.inspect(page, look, "info");
        });
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

package dev.bulwark.it.secondfactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Totp;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** B5, L2, L3, T1, T2: the pages between the password and the application. */
@SharedRealm
class SecondFactorThemeIT {

  private static final String SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  private static final List<String> CODES = List.of("AAAABBBB1111", "AAAABBBB2222", "AAAABBBB3333");
  private static final Pattern RECOVERY = Pattern.compile("Recovery|Wiederherstellung");
  private static final Pattern APP = Pattern.compile("Authenticator");

  /** Pixels between two parts of a page that belong to different things. */
  private static final double LEAST_GAP = 8;

  private static Chromium chromium;
  private static Application application;
  private static int users;

  private final AdminApi admin = TestStack.get().admin();
  private final People people = new People(admin);

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
    application = new Application(TestStack.get().realm(), TestStack.get().admin());
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
    if (application != null) {
      application.close();
    }
  }

  @Test
  void everyPageInOneLook() {
    everyPage(Look.PHONE_DARK);
  }

  @Tag("full")
  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void everyPageInEveryLook(Look look) {
    everyPage(look);
  }

  private void everyPage(Look look) {
    String name = "factor-look-" + ++users;
    people.createWithAuthenticatorAndOldCodes(name, SECRET, CODES);
    try (Visitor visitor = new Visitor(chromium, application, look.options())) {
      Page page = visitor.page();
      visitor.open();
      visitor.signIn(name);
      page.waitForSelector("#kc-otp-login-form");
      Inspection.inspectStrictly(page, look, "otp");
      assertApart(
          page.locator(".pf-v5-c-form__group:has(#kc-attempted-username)"),
          page.locator("label[for=otp]"));
      assertApart(page.locator("#kc-login"), page.locator("#try-another-way"));
      visitor.enterCode(Totp.at(SECRET, Totp.step() + 1_000));
      page.waitForSelector("#input-error-otp");
      assertThat(page.locator("#otp").getAttribute("aria-describedby"))
          .isEqualTo("input-error-otp");
      assertThat(page.locator("#input-error-otp").innerText())
          .isEqualTo(
              look.isGerman()
                  ? "Der Einmalcode ist nicht gültig."
                  : "The one-time code is not valid.");
      Inspection.inspectStrictly(page, look, "otp-error");

      page.click("#try-another-way");
      page.waitForSelector(".select-auth-container");
      Inspection.inspectStrictly(page, look, "choose-authenticator");
      choose(page, RECOVERY);
      page.waitForSelector("#kc-recovery-code-login-form");
      Inspection.inspectStrictly(page, look, "recovery-code");
      page.fill("#recoveryCodeInput", "AAAA-BBBB-0000");
      page.click("#kc-login");
      page.waitForSelector("#input-error-recoveryCodeInput");
      Inspection.inspectStrictly(page, look, "recovery-code-error");

      page.click("#try-another-way");
      choose(page, APP);
      page.waitForSelector("#kc-otp-login-form");
      visitor.enterCode(new Authenticator(SECRET).code());
      page.waitForURL(application.url() + "/**");

      visitor.open("&prompt=login");
      page.waitForSelector("#password");
      assertThat(page.locator("main").innerText())
          .contains(
              look.isGerman()
                  ? "Bestätigen Sie zum Schutz Ihres Kontos, dass Sie es sind."
                  : "To protect your account, confirm that it is you.");
      Inspection.inspectStrictly(page, look, "password-again");
      page.fill("#password", "not the password");
      page.click("#kc-login");
      page.locator("[id^=input-error-]:not([id*=container])").first().waitFor();
      Inspection.inspectStrictly(page, look, "password-again-error");
    }
  }

  private static void choose(Page page, Pattern way) {
    page.locator("[role=button]")
        .filter(new Locator.FilterOptions().setHasText(way))
        .first()
        .click();
  }

  private static void assertApart(Locator above, Locator below) {
    BoundingBox box = above.boundingBox();
    assertThat(below.boundingBox().y - box.y - box.height)
        .as("pixels between %s and %s", above, below)
        .isGreaterThanOrEqualTo(LEAST_GAP);
  }

  /** A thief of the password must not learn that the codes have locked the account. */
  @ParameterizedTest
  @CsvSource({
    "en, The one-time code is not valid.",
    "de, Der Einmalcode ist nicht gültig.",
  })
  void aLockedAccountReadsAsAWrongCode(String language, String wrong) {
    String name = "locked-out-" + language;
    people.createWithAuthenticator(name, SECRET);
    admin.put("/realms/app", Json.object("failureFactor", 2)).expect(204);
    try {
      FormBrowser browser = new FormBrowser(TestStack.get().url());
      FormBrowser.Page page =
          browser.submit(
              browser.open(application.login("openid") + "&ui_locales=" + language),
              Map.of("username", name, "password", Realm.PASSWORD));
      for (int i = 0; i < 2; i++) {
        page = browser.submit(page, Map.of("otp", Totp.at(SECRET, Totp.step() + 1_000)));
        assertThat(page.text("input-error-otp")).isEqualTo(wrong);
      }
      String failures = "/realms/app/attack-detection/brute-force/users/" + admin.userId(name);
      await("the lock")
          .atMost(Duration.ofSeconds(10))
          .until(() -> admin.get(failures).expect(200).json().get("disabled").asBoolean());
      page = browser.submit(page, Map.of("otp", new Authenticator(SECRET).code()));
      assertThat(page.text("input-error-otp")).as("of a right code").isEqualTo(wrong);
    } finally {
      admin.put("/realms/app", Json.object("failureFactor", 10)).expect(204);
    }
  }
}

package dev.bulwark.it.themes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;

/** B5: the account console. */
@SharedRealm
@Tag("slow")
class AccountThemeIT {

  private static final ThemedPages PAGES = new ThemedPages(TestStack.get().realm());

  /** Pixels between the menu with the user's name and the user's picture. */
  private static final String GAP_BEFORE_PICTURE =
      """
      () => {
        const menu = document.querySelector("header [data-testid=options-toggle]");
        const picture = document.querySelector("header .pf-v5-c-avatar");
        return picture.getBoundingClientRect().left - menu.getBoundingClientRect().right;
      }
      """;

  private static Chromium chromium;

  @BeforeAll
  static void launch() {
    chromium = Chromium.launch();
    // Without a provider the console has no page of linked accounts.
    AdminApi admin = TestStack.get().admin();
    String google = "/realms/app/identity-provider/instances/google";
    ObjectNode settings = (ObjectNode) admin.get(google).expect(200).json();
    admin.put(google, settings.put("enabled", true).toString()).expect(204);
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      chromium.close();
    }
  }

  /** The parent moves the picture away from the menu with the user's name below 992 pixels. */
  @Test
  void theMastheadHasNoGapBeforeThePictureOfTheUser() {
    try (BrowserContext context = chromium.newContext(Look.TABLET.options())) {
      Page page = context.newPage();
      PAGES.account(page, "");
      for (int width : new int[] {768, Look.TABLET.width, 991, 992, 1280}) {
        page.setViewportSize(width, 600);
        assertThat(((Number) page.evaluate(GAP_BEFORE_PICTURE)).doubleValue())
            .as("at %s pixels", width)
            .isBetween(0.0, 24.0);
      }
    }
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void everyPageOfTheConsole(Look look) {
    try (BrowserContext context = chromium.newContext(look.options())) {
      Page page = context.newPage();
      PAGES.account(page, "");
      assertThat(
              page.locator("link[href*='/account/bulwark/css/bulwark.css']").getAttribute("href"))
          .as("an address that changes with the content")
          .containsPattern("[?][0-9a-f]{64}$");
      assertThat((Integer) page.evaluate("() => document.querySelector('header img').naturalWidth"))
          .as("width of the logo")
          .isPositive();
      boolean german = page.locator("html").getAttribute("lang").startsWith("de");
      assertThat(german).isEqualTo(look.isGerman());
      assertThat(page.locator("main").innerText())
          .contains(
              german
                  ? "Ihre Angaben, wie Anwendungen sie sehen"
                  : "Your details as applications see them");
      page.waitForFunction(
          "title => document.title === title",
          german ? "Persönliche Angaben – Konto" : "Personal info – Account");
      Inspection.inspectConsole(page, look, "account-personal-info");
      for (String path : new String[] {"signing-in", "device-activity", "linked-accounts"}) {
        PAGES.account(page, "account-security/" + path);
        Inspection.inspectConsole(page, look, "account-" + path);
      }
      PAGES.account(page, "applications");
      Inspection.inspectConsole(page, look, "account-applications");
    }
  }
}

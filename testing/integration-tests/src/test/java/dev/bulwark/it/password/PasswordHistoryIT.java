package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ForcedColors;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Waits;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.ThemedPages;
import java.net.URI;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** P3, K11: the older hashes of each day, in the database and as a plot of the overview. */
@SharedRealm
@Tag("slow")
class PasswordHistoryIT {

  private static final TestStack STACK = TestStack.get();

  private static DatabaseProcess database;
  private static Chromium chromium;

  private final AdminApi admin = STACK.admin();

  @BeforeAll
  static void launch() {
    Assumptions.assumeTrue(
        STACK.database().isPresent(), "only the server itself opens its H2 database");
    database = STACK.database().orElseThrow();
    await("the count of today").atMost(Waits.SOON).until(() -> !ofMaster().isEmpty());
    language(true);
    chromium = Chromium.launch();
  }

  /** Phones look at it in German. */
  private static void language(boolean byBrowser) {
    STACK
        .admin()
        .put(
            "/realms/master",
            Json.object(
                "internationalizationEnabled",
                byBrowser,
                "supportedLocales",
                List.of("en", "de"),
                "defaultLocale",
                "en"))
        .expect(204);
  }

  @AfterAll
  static void close() {
    if (chromium != null) {
      language(false);
      chromium.close();
    }
  }

  /** The realm is made anew after the count of today. */
  @AfterEach
  void forget() {
    database.sql("DELETE FROM BULWARK_PASSWORD_DAY WHERE REALM_ID = '" + realmId() + "'");
  }

  private String realmId() {
    return admin.get("/realms/app").expect(200).text("id");
  }

  private static LocalDate today() {
    return LocalDate.now(ZoneOffset.UTC);
  }

  /** As a server has stored it on an earlier day. */
  private void earlier(int daysAgo, int total, int legacy) {
    database.sql(
        "INSERT INTO BULWARK_PASSWORD_DAY (REALM_ID, EPOCH_DAY, TOTAL, LEGACY) VALUES ('%s', %d, %d, %d)"
            .formatted(realmId(), today().minusDays(daysAgo).toEpochDay(), total, legacy));
  }

  @Test
  void everyRealmIsCountedOnceADay() {
    // The server may have counted shortly before midnight.
    assertThat(ofMaster())
        .matches(
            "[1-9][0-9]*\\|[0-9]+\\|(%d|%d)"
                .formatted(today().toEpochDay(), today().minusDays(1).toEpochDay()));
  }

  private static String ofMaster() {
    return database.sql(
        "SELECT d.TOTAL, d.LEGACY, d.EPOCH_DAY FROM BULWARK_PASSWORD_DAY d JOIN REALM r"
            + " ON r.ID = d.REALM_ID WHERE r.NAME = 'master'");
  }

  @Test
  void administratorsGetTheDaysOfTheirRealmAndTodayAsItIsNow() {
    earlier(95, 9, 9);
    earlier(89, 5, 5);
    earlier(1, 4, 2);
    // Counted in the morning.
    earlier(0, 4, 1);
    JsonNode answer = admin.get("/realms/app/password-hashes").expect(200).json();
    JsonNode days = answer.get("overTime");
    assertThat(days.toString())
        .isEqualTo(
            "[%s,%s,%s]"
                .formatted(
                    day(89, 5, 5),
                    day(1, 4, 2),
                    day(0, answer.get("total").asInt(), answer.get("legacy").asInt())));
  }

  private static String day(int daysAgo, int total, int legacy) {
    return Json.object(
        "day", today().minusDays(daysAgo).toString(), "total", total, "legacy", legacy);
  }

  @ParameterizedTest
  @EnumSource(Look.class)
  void thePlotInEveryLook(Look look) {
    plot(look, look.options(), "overview-passwords");
  }

  /** As narrow as a page at 400 %, and in the colours that Windows forces upon it. */
  @Test
  void thePlotAt320PixelsInForcedColors() {
    plot(
        Look.PHONE_LIGHT,
        Look.PHONE_LIGHT.options().setViewportSize(320, 640).setForcedColors(ForcedColors.ACTIVE),
        "overview-passwords-narrow");
  }

  private void plot(Look look, Browser.NewContextOptions options, String name) {
    boolean german = look.isGerman();
    try (BrowserContext context = chromium.newContext(options)) {
      Page page = context.newPage();
      signIn(page);
      page.navigate(STACK.url() + "/realms/master/overview-admin?realm=app");
      Locator card = page.getByTestId("overview-passwords");
      card.getByTestId("passwords-first-day").waitFor();
      assertThat(card.innerText()).contains(german ? "beginnt morgen" : "begins tomorrow");

      earlier(10, 1200, 1000);
      earlier(9, 1200, 750);
      // No server ran for a week.
      earlier(1, 1200, 500);
      page.getByTestId("refresh").click();
      Locator plot = card.getByTestId("columns-passwords");
      plot.waitFor();
      assertThat(plot.locator("svg").getAttribute("aria-label"))
          .contains(german ? "1.000 am" : "1,000 on")
          .contains(Integer.toString(today().minusDays(10).getYear()));
      Locator columns = plot.locator("svg rect");
      assertThat(columns.count()).isEqualTo(4);
      assertThat(number(columns.nth(0), "height")).isEqualTo(100);
      assertThat(number(columns.nth(1), "height")).isEqualTo(75);
      assertThat(number(columns.nth(2), "height")).isEqualTo(50);
      assertThat(number(columns.nth(2), "x") - number(columns.nth(1), "x"))
          .as("eight days of eleven")
          .isBetween(72.0, 73.5);
      plot.locator("summary").click();
      assertThat(plot.locator("tbody tr").count()).isEqualTo(4);
      assertThat(plot.locator("tbody tr").nth(1).innerText()).contains("750");
      Inspection.inspectStrictly(page, look, name);
    }
  }

  private static double number(Locator column, String attribute) {
    return Double.parseDouble(column.getAttribute(attribute));
  }

  private static void signIn(Page page) {
    page.navigate(STACK.url() + "/admin/master/console/");
    page.waitForSelector("#kc-login");
    new ThemedPages(STACK.realm()).signIn(page, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
    page.waitForURL(url -> URI.create(url).getPath().endsWith("/console/"));
  }
}

package dev.bulwark.it.social;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.Proxy;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** O2, B5: the buttons of the providers and the pages behind them, in a browser. */
@Tag("full")
class SocialPagesIT {

  private static Application application;
  private static Chromium chromium;

  private final SocialServer server = SocialServer.get();

  @BeforeAll
  static void start() {
    chromium = Chromium.launch();
    SocialServer server = SocialServer.get();
    application = new Application(server.realm(), server.admin());
    new LocalUsers(server.admin()).create("page-visitor", true);
    server.google().add(GoogleAccount.of("300001", "page-visitor@example.org"));
    server.google().add(GoogleAccount.of("300002", "in-browser@gmail.example"));
    server.gitHub().add(GitHubAccount.of(300003, "in-browser", "in-browser@hub.example"));
  }

  @AfterAll
  static void close() {
    if (application != null) {
      application.close();
    }
    if (chromium != null) {
      chromium.close();
    }
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void theLoginPageHasBothButtons(Look look) {
    try (BrowserContext context = open(look.options())) {
      Page page = context.newPage();
      page.navigate(application.login("openid"));
      assertThat(page.locator("#social-google").innerText()).isEqualTo("Google");
      assertThat(page.locator("#social-github").innerText()).isEqualTo("GitHub");
      BoundingBox google = page.locator("#social-google").boundingBox();
      BoundingBox gitHub = page.locator("#social-github").boundingBox();
      for (BoundingBox box : List.of(google, gitHub)) {
        assertThat(box.height).as("height of a button").isGreaterThanOrEqualTo(44);
      }
      assertThat(google.width).isEqualTo(gitHub.width);
      assertThat(page.locator("#social-github svg").boundingBox().height).isBetween(12.0, 32.0);
      Inspection.inspectStrictly(page, look, "login-social");
    }
  }

  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void thePagesOfAnAccountThatIsThereAlready(Look look) {
    try (BrowserContext context = open(look.options())) {
      Page page = context.newPage();
      page.navigate(application.login("openid"));
      page.click("#social-google");
      page.click("button[value='300001']");
      page.waitForSelector("#linkAccount");
      Inspection.inspectStrictly(page, look, "link-confirm");
      page.click("#linkAccount");
      page.waitForSelector("#kc-form-login");
      Inspection.inspectStrictly(page, look, "link-password");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"google 300002", "github in-browser"})
  void aWholeLogin(String account) {
    String[] parts = account.split(" ");
    try (BrowserContext context = open(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      page.navigate(application.login("openid"));
      page.click("#social-" + parts[0]);
      page.click("button[value='" + parts[1] + "']");
      application.redeem(page).expect(200);
    }
  }

  @Test
  void theKeyboardReachesTheButtons() {
    try (BrowserContext context = open(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      page.navigate(application.login("openid"));
      page.focus("#social-google");
      page.keyboard().press("Tab");
      assertThat(page.evaluate("() => document.activeElement.id")).isEqualTo("social-github");
      page.keyboard().press("Enter");
      page.waitForURL(server.gitHub().url() + "/**");
    }
  }

  /** Google's names lead to the stand-in. */
  private BrowserContext open(Browser.NewContextOptions options) {
    return chromium.newContext(
        options
            .setIgnoreHTTPSErrors(true)
            .setProxy(new Proxy(server.proxy().url().toString()).setBypass("127.0.0.1")));
  }
}

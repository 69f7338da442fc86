package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;

/** L1, B5: what who is refused sees, in a real browser. */
@Tag("full")
class LimitedPageIT {

  private static final LimitedServer SERVER = LimitedServer.shared();

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
  void thePageInEveryLook(Look look) {
    visit(
        look.options(),
        (page, address) -> {
          login(page);
          SERVER.fill(address);
          Response answer = signIn(page);
          assertThat(answer.status()).isEqualTo(429);
          assertThat(answer.headerValue("retry-after")).matches("[0-9]{1,2}");
          assertThat(page.locator("#kc-page-title").innerText())
              .isIn("Too many attempts", "Zu viele Versuche");
          assertThat(page.locator("#kc-rate-limited").getAttribute("role")).isEqualTo("alert");
          assertThat(page.locator("#kc-rate-limited-wait").getAttribute("data-seconds"))
              .isEqualTo(answer.headerValue("retry-after"));
          assertThat(page.locator("#kc-rate-limited-wait").innerText()).matches(".*[0-9]{1,2}.*");
          assertThat(page.locator("#kc-rate-limited-reset a").innerText())
              .isEqualTo(look.isGerman() ? "Passwort vergessen?" : "Forgot your password?");
          Inspection.inspectStrictly(page, look, "login-rate-limited");
        });
  }

  @Test
  void theSecondsAreCountedDownAndThenTheKeyboardLeadsBackToTheForm() {
    visit(
        Look.DESKTOP_LIGHT.options(),
        (page, address) -> {
          login(page);
          SERVER.fill(address);
          page.clock().install();
          signIn(page);
          page.waitForSelector("#kc-rate-limited-retry[aria-disabled]");
          assertThat(page.locator("#kc-rate-limited-retry").getAttribute("href")).isNull();
          page.clock().fastForward(60_000);
          page.waitForSelector("#kc-rate-limited-retry[href]");
          assertThat(page.locator("#kc-rate-limited-wait").innerText())
              .isEqualTo("You can try again now.");
          page.focus("#kc-rate-limited-retry");
          assertThat(
                  (String) page.evaluate("() => getComputedStyle(document.activeElement).outline"))
              .contains("solid");
          page.keyboard().press("Enter");
          page.waitForSelector("#username");
          assertThat(page.inputValue("#username")).as("the name that was typed").isEqualTo("ann");
        });
  }

  /** A person who does not know the password need not wait to try another one. */
  @Test
  void theWayToANewPasswordIsOpen() {
    visit(
        Look.DESKTOP_LIGHT.options(),
        (page, address) -> {
          login(page);
          SERVER.fill(address);
          signIn(page);
          page.click("#kc-rate-limited-reset a");
          page.waitForSelector("#kc-reset-password-form");
        });
  }

  @Test
  void germanWithoutScript() {
    visit(
        new Browser.NewContextOptions().setJavaScriptEnabled(false).setLocale("de-DE"),
        (page, address) -> {
          login(page);
          SERVER.fill(address);
          assertThat(signIn(page).status()).isEqualTo(429);
          assertThat(page.locator("#kc-page-title").innerText()).isEqualTo("Zu viele Versuche");
          assertThat(page.locator("#kc-rate-limited-wait").innerText()).contains(" Sekunden ");
          page.click("#kc-rate-limited-retry");
          page.waitForSelector("#username");
        });
  }

  private static void login(Page page) {
    page.navigate(
        SERVER.endpoint("auth")
            + "?client_id=cli&response_type=code&scope=openid"
            + "&redirect_uri=http%3A%2F%2F127.0.0.1%2Fdone");
  }

  private static Response signIn(Page page) {
    page.fill("#username", "ann");
    page.fill("#password", "wrong");
    return page.waitForResponse(
        response -> response.request().method().equals("POST"), () -> page.click("#kc-login"));
  }

  private static void visit(Browser.NewContextOptions options, BiConsumer<Page, String> visit) {
    String address = newAddress();
    try (BrowserContext context =
        chromium.newContext(options.setExtraHTTPHeaders(Map.of("X-Forwarded-For", address)))) {
      visit.accept(context.newPage(), address);
    }
  }
}

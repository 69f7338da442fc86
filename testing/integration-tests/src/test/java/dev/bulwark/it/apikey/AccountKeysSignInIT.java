package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.KeyboardWalk;
import dev.bulwark.it.themes.Look;
import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.LocalRedis;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** K3, K11, B5: an old login is renewed from the page, which goes on where it was. */
@Tag("full")
class AccountKeysSignInIT {

  /** Long enough to fill in a form on a busy machine. */
  private static final Duration MAX_AGE = Duration.ofSeconds(30);

  @Test
  void theFormIsAsItWasAfterANewSignIn() {
    try (LocalRedis redis = LocalRedis.start(0);
        KeycloakServer keycloak =
            KeycloakServer.start(
                TestStack.manyFromOneAddress(TestStack.spec("keys-sign-in", redis.url()))
                    .option(
                        "spi-api-key--default--step-up-max-age-seconds",
                        Long.toString(MAX_AGE.toSeconds()))
                    .build());
        Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Realm realm = new Realm(keycloak.url(), "app");
      new Keys(realm).made("alice", "from before", "tasks:read");
      AccountKeys keysPage = new AccountKeys(realm);
      Page page = context.newPage();
      keysPage.open(page, "alice");
      AccountKeys.create(page);
      AccountKeys.fill(page, "after a while", "Read tasks");
      AccountKeys.dialog(page).getByLabel("7 days").check();

      Page later = context.newPage();
      await()
          .atMost(MAX_AGE.multipliedBy(2))
          .until(
              () -> {
                keysPage.open(later, "alice");
                AccountKeys.create(later);
                return AccountKeys.dialog(later).innerText().contains("sign in again");
              });
      theFocusComesBackFromTheSignIn(keysPage, context.newPage());

      AccountKeys.confirm(page);
      AccountKeys.dialog(page).getByText("Please sign in again").waitFor();
      AccountKeys.confirm(page);
      page.waitForSelector("#password");
      page.fill("#password", Realm.PASSWORD);
      page.click("#kc-login");
      AccountKeys.dialog(page).locator("input[type=text]").waitFor();
      assertThat(AccountKeys.dialog(page).locator("input[type=text]").inputValue())
          .isEqualTo("after a while");
      assertThat(AccountKeys.dialog(page).getByLabel("7 days").isChecked()).isTrue();
      AccountKeys.confirm(page);
      assertThat(AccountKeys.shown(page)).startsWith("atk_");
    }
  }

  /** To what asked for it: the menu of the key, or the button that makes one. */
  private static void theFocusComesBackFromTheSignIn(AccountKeys keysPage, Page page) {
    keysPage.open(page, "alice");
    try (KeyboardWalk walk = new KeyboardWalk(page, Look.DESKTOP_LIGHT)) {
      Locator row = AccountKeys.row(page, "from before");
      walk.menu(row, "Replace").dialog();
      AccountKeys.dialog(page).getByText("Please sign in again").waitFor();
      walk.picture("keys-sign-in").escape().heldBy(row.locator("button[data-key]"));
      walk.back(page.getByTestId("keys-create")).key("Enter").dialog().escape();
      walk.heldBy(page.getByTestId("keys-create"));
    }
  }
}

package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.ThemedPages;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.testing.FreePort;
import java.net.URI;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * K11: the pages for administrators where the admin console has a host name of its own, as
 * docs/configuration.md says.
 */
@Tag("full")
class AdminHostNameIT {

  private static final String KEYS = "/realms/master/api-keys-admin?realm=app";
  private static final String OVERVIEW = "/realms/master/overview-admin?realm=app";

  /** Under one domain, and of two sites as in compose: there a browser may block cookies. */
  @ParameterizedTest
  @CsvSource({"id.bulwark.localhost, admin.bulwark.localhost", "localhost, admin.localhost"})
  void thePagesWorkAtTheHostOfTheConsole(String login, String console) {
    int port = FreePort.next();
    String users = "http://" + login + ":" + port;
    String administrators = "http://" + console + ":" + port;
    try (RedisProcess redis = RedisProcess.start();
        DistributionServer server =
            DistributionServer.start(spec(redis, users, administrators, port));
        Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.newContext(new Browser.NewContextOptions())) {
      prepare(new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD));
      Page page = context.newPage();
      page.navigate(administrators + KEYS);
      Page window = page.waitForPopup(() -> page.getByTestId("sign-in").click());
      window.waitForSelector("#kc-login");
      assertThat(window.url()).startsWith(users);
      window.waitForClose(
          () ->
              new ThemedPages(new Realm(URI.create(users), "app"))
                  .signIn(window, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD));
      AdminKeys.row(page, "far away").waitFor();

      // A token of ten seconds is renewed before each request.
      AccountKeys.act(page, AdminKeys.row(page, "far away"), "Deactivate");
      page.locator(".bw-keys-inactive").waitFor();

      // The page at the host of the users sends the browser to the other one.
      page.navigate(users + KEYS);
      signedIn(page, AdminKeys.row(page, "far away"));
      assertThat(page.url()).startsWith(administrators + "/realms/master/api-keys-admin");

      page.navigate(administrators + OVERVIEW);
      signedIn(page, page.getByTestId("bars-keys"));
    }
  }

  private static void prepare(AdminApi admin) {
    String owner = "{\"type\":\"client\",\"id\":\"tasks-service\"}";
    admin
        .post("/realms/app/api-keys", "{\"name\":\"far away\",\"owner\":" + owner + "}")
        .expect(201);
    admin.put("/realms/master", "{\"accessTokenLifespan\":10}").expect(204);
  }

  /** Where the browser blocks cookies of another site, it takes a click, but no password. */
  private static void signedIn(Page page, Locator shown) {
    Locator signIn = page.getByTestId("sign-in");
    shown.or(signIn).first().waitFor();
    if (signIn.isVisible()) {
      signIn.click();
      shown.waitFor();
    }
  }

  private static ServerSpec spec(
      RedisProcess redis, String users, String administrators, int port) {
    return TestStack.spec("admin-host", redis.url())
        .ports(port, 0)
        .option("hostname", users)
        .option("hostname-admin", administrators)
        .build();
  }
}

package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
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
import org.junit.jupiter.api.Test;

/**
 * K11: the pages for administrators where the admin console has a host name of its own, as
 * docs/configuration.md says.
 */
@Tag("full")
class AdminHostNameIT {

  private static final String KEYS = "/realms/master/api-keys-admin?realm=app";
  private static final String OVERVIEW = "/realms/master/overview-admin?realm=app";

  /** Under one domain: a browser may block the cookies of another one in a frame. */
  @Test
  void thePagesWorkAtTheHostOfTheConsole() {
    int port = FreePort.next();
    String users = "http://id.bulwark.localhost:" + port;
    String administrators = "http://admin.bulwark.localhost:" + port;
    try (RedisProcess redis = RedisProcess.start();
        DistributionServer server =
            DistributionServer.start(spec(redis, users, administrators, port));
        Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.newContext(new Browser.NewContextOptions())) {
      AdminApi admin =
          new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
      String owner = "{\"type\":\"client\",\"id\":\"tasks-service\"}";
      admin
          .post("/realms/app/api-keys", "{\"name\":\"far away\",\"owner\":" + owner + "}")
          .expect(201);
      Page page = context.newPage();
      page.navigate(administrators + KEYS);
      page.getByTestId("sign-in").waitFor();

      Page console = page.waitForPopup(() -> page.getByTestId("sign-in").click());
      console.waitForSelector("#kc-login");
      assertThat(console.url()).startsWith(users);
      Realm realm = new Realm(URI.create(users), "app");
      new ThemedPages(realm).signIn(console, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
      console.waitForURL(url -> url.startsWith(administrators + "/admin/master/console/"));
      console.close();

      // The page at the host of the users sends the browser to the other one.
      page.navigate(users + KEYS);
      AdminKeys.row(page, "far away").waitFor();
      assertThat(page.url()).startsWith(administrators + "/realms/master/api-keys-admin");
      AccountKeys.act(page, AdminKeys.row(page, "far away"), "Deactivate");
      page.locator(".bw-keys-inactive").waitFor();

      page.navigate(administrators + OVERVIEW);
      page.getByTestId("bars-keys").waitFor();
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

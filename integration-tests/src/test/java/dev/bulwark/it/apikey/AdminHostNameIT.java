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
 * K11: the pages of API keys where the admin console has a host name of its own, as
 * docs/configuration.md says.
 */
@Tag("full")
class AdminHostNameIT {

  /** {@code bulwarkKeysErrorServer}. */
  private static final String NO_ANSWER = "The server did not answer as expected";

  @Test
  void thePageForAdministratorsHasNoTokenAndTheRestWorks() {
    int port = FreePort.next();
    String users = "http://localhost:" + port;
    String administrators = "http://admin.localhost:" + port;
    try (RedisProcess redis = RedisProcess.start();
        DistributionServer server =
            DistributionServer.start(spec(redis, users, administrators, port));
        Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.newContext(new Browser.NewContextOptions())) {
      Page page = context.newPage();
      page.navigate(administrators + "/admin/master/console/");
      page.waitForSelector("#kc-login");
      assertThat(page.url()).startsWith(users);
      Realm realm = new Realm(URI.create(users), "app");
      new ThemedPages(realm).signIn(page, TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
      page.waitForURL(url -> url.startsWith(administrators + "/admin/master/console/"));

      for (String host : new String[] {users, administrators}) {
        page.navigate(host + "/realms/master/api-keys-admin?realm=app");
        page.getByText(NO_ANSWER).first().waitFor();
      }

      AdminApi admin =
          new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
      assertThat(admin.get("/realms/app/api-keys").status()).isEqualTo(200);
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

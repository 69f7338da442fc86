package dev.bulwark.benchmarks.pages;

import com.microsoft.playwright.Page;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.apikeys.KeyServer;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.server.RealmFile;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The page of API keys in the account console of the shipped realm, for an owner with as many keys
 * as it allows.
 */
final class OwnersPage implements Measurement {

  private static final int KEYS = 50;
  private static final String USER = "alice";
  private static final String PASSWORD = "correct-dev-battery";

  /** That the list shows until another number is chosen. */
  private static final int ROWS = 10;

  private final Plan plan;

  OwnersPage(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "owner";
  }

  @Override
  public void measure(Report report) throws Exception {
    Path realm = RealmFile.development().writeTo(plan.folder("realms"));
    try (LocalRedis redis = LocalRedis.start(0);
        KeyServer server =
            KeyServer.start(
                plan,
                "benchmark-page-owner",
                redis.url(),
                KeyServer.IN_USE,
                spec -> spec.environment(RealmFile.developmentEnvironment()).realmFile(realm))) {
      fill(server);
      String console = server.url() + "/realms/app/account/content/api-keys";
      new PageViews(plan, console)
          .measure(
              report, "Owner's page with " + KEYS + " keys", ROWS, page -> signIn(page, console));
    }
  }

  private static void fill(KeyServer server) throws IOException, InterruptedException {
    String owner =
        server.admin("GET", "/realms/app/users?username=" + USER, "").get(0).get("id").asText();
    for (int i = 1; i <= KEYS; i++) {
      server.admin(
          "POST",
          "/realms/app/api-keys",
          "{\"name\":\"Nightly job "
              + i
              + "\",\"scopes\":[\"tasks:read\"],\"owner\":{\"type\":\"user\",\"id\":\""
              + owner
              + "\"}}");
    }
  }

  private static void signIn(Page page, String console) {
    page.navigate(console);
    page.fill("#username", USER);
    page.fill("#password", PASSWORD);
    page.click("#kc-login");
    page.waitForSelector("[data-testid=keys] tbody tr");
  }
}

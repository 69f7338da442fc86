package dev.bulwark.benchmarks.pages;

import com.microsoft.playwright.Page;
import dev.bulwark.benchmarks.Measurement;
import dev.bulwark.benchmarks.Plan;
import dev.bulwark.benchmarks.Report;
import dev.bulwark.benchmarks.Samples;
import dev.bulwark.benchmarks.apikeys.KeyRealm;
import dev.bulwark.benchmarks.apikeys.KeyServer;
import dev.bulwark.server.LocalRedis;
import java.net.URI;

/** The administrators' page of a realm with very many API keys. */
final class AdministratorsPage implements Measurement {

  /** That the list shows until another number is chosen. */
  private static final int ROWS = 20;

  private final Plan plan;

  AdministratorsPage(Plan plan) {
    this.plan = plan;
  }

  @Override
  public String name() {
    return "administrator";
  }

  @Override
  public void measure(Report report) throws Exception {
    int keys = plan.count(100_000, 5_000);
    try (LocalRedis redis = LocalRedis.start(0);
        KeyServer server = KeyServer.start(plan, "benchmark-page-admin", redis.url(), keys)) {
      new PageViews(plan, server.url() + "/realms/master/api-keys-admin?realm=" + KeyRealm.NAME)
          .measure(
              report,
              "Administrators' page, " + Samples.number(keys, 0) + " keys in the realm",
              ROWS,
              page -> signIn(page, server.url()));
    }
  }

  private static void signIn(Page page, String server) {
    page.navigate(server + "/admin/master/console/");
    page.fill("#username", KeyServer.ADMIN);
    page.fill("#password", KeyServer.ADMIN_PASSWORD);
    page.click("#kc-login");
    page.waitForURL(url -> URI.create(url).getPath().endsWith("/console/"));
  }
}

package dev.bulwark.it.observability;

import static dev.bulwark.it.support.Waits.SOON;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** B6, B11: what the pages, the dashboards and the alerts name is what a real server tells. */
@SharedRealm
class ObservabilityIT {

  /** Metrics that exist only in a situation that this run does not bring about, and which. */
  private static final Map<String, String> SITUATIONS =
      Map.ofEntries(
          entry("bulwark_revocation_off", "a database that is not supported"),
          entry("bulwark_revocation_reconciled_total", "a token that died without an event"),
          entry("bulwark_breached_login_notices_total", "a login with a breached password"),
          entry("bulwark_breached_unreachable_total", "the range API is on and does not answer"),
          entry("bulwark_breached_request_seconds", "the range API is on"),
          entry("bulwark_legacy_login_checks_total", "an old application is configured"),
          entry("bulwark_legacy_login_request_seconds", "an old application is configured"),
          entry("bulwark_legacy_login_stored_total", "an old application is configured"),
          entry("bulwark_legacy_login_circuit_open", "an old application is configured"),
          entry("bulwark_webhook_events_total", "a webhook is configured"),
          entry("bulwark_webhook_waiting", "a webhook is configured"),
          entry("bulwark_webhook_age_seconds", "a webhook is configured"),
          entry("bulwark_webhook_dead", "a webhook is configured"),
          entry("bulwark_webhook_requests_seconds", "a webhook is configured"));

  private static final Path OPERATIONS = ShippedQueries.ROOT.resolve("docs/operations");

  private static final Pattern COUNTED_MAIL =
      Pattern.compile("(?m)^bulwark_notifications_total\\{.*} [1-9]");

  private static final List<String> PAGES =
      List.of(
          "docs/operations/metrics.md",
          "features/account-notifications/README.md",
          "apikey-authenticator/README.md",
          "features/backchannel-logout/README.md",
          "features/breached-password-policy/README.md",
          "features/event-delivery/README.md",
          "features/legacy-login/README.md",
          "features/login-rate-limiter/README.md",
          "password-hash-provider/README.md",
          "libraries/redis-connection/README.md",
          "redis-revocation-listener/README.md",
          "features/token-status-list/README.md");

  private final TestStack stack = TestStack.get();

  @TempDir Path folder;

  /** Logins, a logout, a new password and API keys, so that the counters of these exist. */
  @BeforeAll
  static void use() {
    use(TestStack.get());
  }

  private static void use(TestStack stack) {
    Realm realm = stack.realm();
    AdminApi admin = stack.admin();
    String bob = "/realms/app/users/" + admin.userId("bob");
    admin
        .put(
            bob + "/reset-password",
            """
            {"type": "password", "value": "correct-new-battery", "temporary": false}
            """)
        .expect(204);
    realm.login("alice", "wrong-battery", "openid").expect(400);
    Response login = realm.login("alice").expect(200);
    String key =
        Http.send(
                Http.request(realm.url() + "/api-keys")
                    .header("Authorization", "Bearer " + login.text("access_token"))
                    .header("Content-Type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            Json.object(
                                "name",
                                "seen",
                                "scopes",
                                List.of("tasks:read"),
                                "expiresAt",
                                null))))
            .expect(201)
            .text("key");
    for (int i = 0; i < 2; i++) {
      Http.get(
              realm.url() + "/api-keys/verify",
              "Authorization",
              Realm.basic("gateway", "gateway-dev-secret"),
              "X-API-Key",
              key)
          .expect(200);
    }
    realm.logout(login.text("refresh_token")).expect(204);
    // The mail about the new password is sent, and counted, on a thread of its own.
    await()
        .atMost(SOON)
        .until(
            () ->
                COUNTED_MAIL
                    .matcher(
                        Http.get(stack.keycloak().managementUrl() + "/metrics").expect(200).body())
                    .find());
  }

  private String scrape() {
    return Http.get(stack.keycloak().managementUrl() + "/metrics").expect(200).body();
  }

  /** Families of the bundle in a scrape, and their help texts. */
  private Map<String, String> families() {
    Map<String, String> families = new TreeMap<>();
    scrape()
        .lines()
        .filter(line -> line.startsWith("# HELP bulwark_"))
        .forEach(
            line -> {
              String[] parts = line.split(" ", 4);
              families.put(parts[2], parts.length < 4 ? "" : parts[3]);
            });
    return families;
  }

  /** Names as pages and queries write them: counters end with {@code _total}. */
  private Set<String> names() {
    Set<String> names = new TreeSet<>();
    scrape()
        .lines()
        .filter(line -> line.startsWith("# TYPE bulwark_"))
        .map(line -> line.split(" "))
        .forEach(
            line -> {
              boolean total = line[3].equals("counter") && !line[2].endsWith("_total");
              names.addAll(ShippedQueries.metrics(line[2] + (total ? "_total" : "")));
            });
    return names;
  }

  @Test
  void everyMetricHasAHelpText() {
    assertThat(families())
        .hasSizeGreaterThan(40)
        .allSatisfy((name, help) -> assertThat(help).as(name).isNotBlank());
  }

  @Test
  void thePagesNameTheMetricsThatThereAre() throws IOException {
    TreeSet<String> documented = new TreeSet<>();
    for (String page : PAGES) {
      String text = Files.readString(ShippedQueries.ROOT.resolve(page));
      documented.addAll(ShippedQueries.metrics(text));
    }
    documented.removeIf(name -> name.startsWith("bulwark_api_key"));
    TreeSet<String> expected = new TreeSet<>(names());
    expected.addAll(SITUATIONS.keySet());
    assertThat(documented).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "features/account-notifications, bulwark_notifications",
    "apikey-authenticator, bulwark_apikey_",
    "features/backchannel-logout, bulwark_backchannel_logout_",
    "features/breached-password-policy, bulwark_breached_",
    "features/event-delivery, bulwark_event_log_",
    "features/event-delivery, bulwark_webhook_",
    "features/legacy-login, bulwark_legacy_login_",
    "features/login-rate-limiter, bulwark_limiter_",
    "password-hash-provider, bulwark_password_",
    "libraries/redis-connection, bulwark_redis_",
    "redis-revocation-listener, bulwark_revocation_",
    "features/token-status-list, bulwark_status_list_",
  })
  void theReadmeOfAModuleNamesItsMetersAndNoOther(String folder, String start) throws IOException {
    TreeSet<String> named =
        ShippedQueries.meters(
            Files.readString(ShippedQueries.ROOT.resolve(folder).resolve("README.md")));
    named.removeIf(name -> !name.startsWith(start));
    Set<String> known = new TreeSet<>(names());
    known.addAll(SITUATIONS.keySet());
    known.removeIf(name -> !name.startsWith(start));
    assertThat(named).isNotEmpty().isEqualTo(ShippedQueries.meters(String.join(" ", known)));
  }

  @Test
  void dashboardsAndAlertsNameMetricsThatThereAre() throws IOException {
    List<String> queries = new ArrayList<>(ShippedQueries.panels().values());
    assertThat(queries).hasSizeGreaterThan(40);
    List<String> alerts = ShippedQueries.alerts();
    assertThat(alerts).hasSizeGreaterThan(10);
    queries.addAll(alerts);
    Set<String> known = names();
    known.addAll(SITUATIONS.keySet());
    assertThat(ShippedQueries.metrics(String.join(" ", queries))).isSubsetOf(known);
  }

  @Test
  void everyAlertHasItsSectionInTheGuide() throws IOException {
    Set<String> anchors = new TreeSet<>();
    for (String page : ShippedQueries.ALERT_PAGES) {
      Files.readString(OPERATIONS.resolve(page))
          .lines()
          .filter(line -> line.startsWith("## "))
          .forEach(line -> anchors.add(page + "#" + line.substring(3).toLowerCase(Locale.ROOT)));
    }
    assertThat(ShippedQueries.runbooks())
        .hasSameSizeAs(ShippedQueries.alerts())
        .allSatisfy(anchor -> assertThat(anchors).contains(anchor));
  }

  @Test
  void everyPanelAndEveryCounterOfAnAlertHasDataInARealPrometheus() throws IOException {
    try (PrometheusProcess prometheus =
        PrometheusProcess.start(stack.keycloak().managementUrl(), folder)) {
      await("the first scrape")
          .atMost(Duration.ofSeconds(60))
          .until(() -> !prometheus.query("bulwark_redis_up").isEmpty());
      prometheus.awaitScrapes(2);
      Map<String, String> panels = ShippedQueries.panels();
      panels.values().removeIf(query -> SITUATIONS.keySet().stream().anyMatch(query::contains));
      assertThat(panels)
          .hasSizeGreaterThan(40)
          .allSatisfy(
              (panel, query) ->
                  assertThat(prometheus.query(query)).as("%s: %s", panel, query).isNotEmpty());
      // Before their first event: else the first one would be no increase.
      List<String> counters = ShippedQueries.countersOfAlerts();
      counters.removeIf(counter -> SITUATIONS.keySet().stream().anyMatch(counter::contains));
      assertThat(counters)
          .hasSizeGreaterThan(5)
          .allSatisfy(counter -> assertThat(prometheus.query(counter)).as(counter).isNotEmpty());
    }
  }

  @Test
  void theAlertsFireWhenTheyShouldAndOnlyThen() throws Exception {
    Programs.require("promtool", "prometheus");
    Commands.bash(
            Repository.root(),
            Map.of(),
            ShellBlock.of("deploy/observability/README.md", "Check").commands())
        .expect(0);
    String tests = Files.readString(ShippedQueries.RULES.resolveSibling("bulwark-rules.test.yml"));
    for (String line : Files.readAllLines(ShippedQueries.RULES)) {
      if (line.contains("- alert: ")) {
        String alert = line.substring(line.indexOf(": ") + 2);
        assertThat(tests).contains(alert + " fires\n", alert + " does not fire\n");
      }
    }
  }
}

package dev.bulwark.it.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Look;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** B15: the overview shows what breaks, and that it is mended, within 10 s and without a reload. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StatusIT {

  private static final Duration SEEN = Duration.ofSeconds(10);

  /** A mail server that failed, and a receiver, are asked again after a pause. */
  private static final Duration MENDED = Duration.ofSeconds(60);

  private WebhookReceiver receiver;
  private EventServer server;

  @BeforeAll
  void start() {
    receiver = WebhookReceiver.start();
    // As shipped: a realm switches its parts on.
    server =
        EventServer.start(
            "status",
            spec ->
                EventServer.delivering(spec, receiver)
                    .option("spi-events-listener--redis-revocation--everywhere", "false")
                    .option("spi-api-key--default--everywhere", "false")
                    .option("spi-login-rate-limiter--default--everywhere", "false"));
    server.user("ann");
  }

  @AfterAll
  void stop() {
    server.close();
    receiver.close();
  }

  @Test
  void redisGoesAwayAndComesBackOnAnOpenPage() {
    try (Chromium chromium = Chromium.launch();
        BrowserContext context = chromium.newContext(Look.DESKTOP_LIGHT.options())) {
      Page page = context.newPage();
      page.navigate(server.keycloak().url() + "/admin/master/console/");
      page.fill("#username", TestStack.ADMIN_USERNAME);
      page.fill("#password", TestStack.ADMIN_PASSWORD);
      page.click("#kc-login");
      page.waitForURL(url -> URI.create(url).getPath().endsWith("/console/"));
      page.navigate(server.keycloak().url() + "/realms/master/overview-admin?realm=app");
      shows(page, "redis", "available", MENDED);
      shows(page, "revocation", "in-step", MENDED);
      shows(page, "login-limits", "shared", MENDED);

      server.redis().stop();
      shows(page, "redis", "away", SEEN);
      shows(page, "revocation", "redis-away", SEEN);
      shows(page, "login-limits", "alone", SEEN);
      assertThat(page.getByTestId("status-redis").innerText())
          .contains("Trouble", "Unreachable since", "Start Redis");
      assertThat(
              page.getByTestId("overview-status").locator("li").first().getAttribute("data-state"))
          .isEqualTo("trouble");

      server.redis().startAgain();
      shows(page, "redis", "available", SEEN);
      shows(page, "revocation", "in-step", MENDED);
      shows(page, "login-limits", "shared", SEEN);
    }
  }

  @Test
  void aReceiverThatIsAway() {
    awaitReason("webhook", "delivering", MENDED);
    receiver.away();
    server.realm().login("ann");
    // An event is late after 5 s.
    awaitReason("webhook", "receiver-late", SEEN);
    receiver.back();
    awaitReason("webhook", "delivering", MENDED);
  }

  @Test
  void mailsThatCannotBeSent() {
    AdminApi admin = server.admin();
    ObjectNode realm = (ObjectNode) admin.get("/realms/app").expect(200).json();
    realm.withArray("eventsListeners").add("bulwark-notifications");
    admin.put("/realms/app", realm.toString()).expect(204);
    admin.put("/realms/app", Json.object("smtpServer", Map.of())).expect(204);
    awaitReason("mails", "no-mail-server", SEEN);
    admin
        .put(
            "/realms/app",
            """
            {"smtpServer": {"host": "127.0.0.1", "port": "1", "from": "auth@example.org"}}
            """)
        .expect(204);
    admin
        .put(
            "/realms/app/users/" + admin.userId("ann") + "/reset-password",
            Json.object("type", "password", "value", Realm.PASSWORD))
        .expect(204);
    awaitReason("mails", "mail-server-fails", SEEN);
  }

  /**
   * In a realm that uses nothing, everything that a realm switches on is off, and none in trouble.
   */
  @Test
  void anotherRealmUsesNothing() {
    server.admin().makeRealm(Json.object("realm", "plain", "enabled", true));
    assertThat(reasons("plain"))
        .containsEntry("revocation", "off not-switched-on")
        .containsEntry("api-keys", "off not-switched-on")
        .containsEntry("login-limits", "off not-switched-on")
        .containsEntry("mails", "off not-switched-on")
        .containsEntry("webhook", "off not-switched-on")
        .containsEntry("event-log", "off not-switched-on")
        .containsEntry("breached-passwords", "off not-switched-on")
        .containsEntry("logout-notices", "off not-switched-on");
  }

  @Test
  void nobodyElseReadsIt() {
    String url = server.keycloak().url() + "/admin/realms/app/bulwark-status";
    assertThat(Http.get(url).status()).isEqualTo(401);
    String user = server.realm().login("ann").text("access_token");
    assertThat(Http.get(url, "Authorization", "Bearer " + user).status()).isEqualTo(403);
  }

  private void awaitReason(String part, String reason, Duration within) {
    await(part + " is " + reason)
        .atMost(within)
        .until(() -> reasons("app").getOrDefault(part, "").endsWith(" " + reason));
  }

  private Map<String, String> reasons(String realm) {
    Map<String, String> reasons = new TreeMap<>();
    JsonNode status = server.admin().get("/realms/" + realm + "/bulwark-status").expect(200).json();
    for (JsonNode part : status.get("parts")) {
      reasons.put(
          part.get("part").asText(),
          part.get("state").asText() + " " + part.get("reason").asText());
    }
    return reasons;
  }

  private static void shows(Page page, String part, String reason, Duration within) {
    page.waitForSelector(
        "[data-testid=status-%s][data-reason=%s]".formatted(part, reason),
        new Page.WaitForSelectorOptions().setTimeout(within.toMillis()));
  }
}

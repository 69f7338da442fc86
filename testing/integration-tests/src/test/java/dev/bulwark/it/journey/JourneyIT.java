package dev.bulwark.it.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bulwark.it.gateway.Gateway;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.password.OldHash;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Totp;
import dev.bulwark.server.RelyingApp;
import dev.bulwark.testing.FreePort;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/**
 * P3, P4, P5, T1, O1, J4, K1, K4, K5, K6, S1, R1: a user of an old application, from the import to
 * the end of the last session: converter, Keycloak, the relying application, nginx as in Compose,
 * and a browser.
 */
@SharedRealm
class JourneyIT {

  private static final TestStack STACK = TestStack.get();
  private static final AdminApi ADMIN = STACK.admin();
  private static final Realm REALM = STACK.realm();
  private static final String NAME = "olive";
  private static final String TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
  private static final String KEY = "atk_" + "j".repeat(43);

  private static Chromium chromium;
  private static RelyingApp app;
  private static Gateway gateway;

  @TempDir static Path data;

  @BeforeAll
  static void start() {
    chromium = Chromium.launch();
    int appPort = FreePort.next();
    int gatewayPort = FreePort.next();
    URI inside = URI.create("http://127.0.0.1:" + appPort);
    gateway = Gateway.start(Gateway.Kind.COMPOSE, gatewayPort, STACK.url().getPort(), appPort);
    app =
        RelyingApp.start(
            new RelyingApp.Spec(
                "relying-app-journey",
                inside,
                REALM.url(),
                STACK.redis().port(),
                data,
                Map.of("RELYING_APP_URL", gateway.url(), "GATEWAY_ADDRESSES", "127.0.0.1"),
                List.of("-XX:TieredStopAtLevel=1")));
    String path = "/realms/app/clients/" + ADMIN.clientUuid("relying-app");
    ObjectNode client = (ObjectNode) ADMIN.get(path).expect(200).json();
    client.putArray("redirectUris").add(gateway.url() + "/login/oauth2/code/keycloak");
    ((ObjectNode) client.get("attributes"))
        .put("backchannel.logout.url", inside + "/logout/connect/back-channel/keycloak");
    ADMIN.put(path, client.toString()).expect(204);
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
    }
    if (app != null) {
      app.close();
    }
    if (chromium != null) {
      chromium.close();
    }
  }

  @Test
  void fromTheOldApplicationToTheEndOfTheLastSession(@TempDir Path folder) throws Exception {
    OldHash bcrypt =
        OldHash.oneOfEachForm().stream()
            .filter(
                hash -> hash.algorithm().equals("bcrypt") && hash.library().startsWith("passlib"))
            .findFirst()
            .orElseThrow();
    imported(folder, bcrypt);
    assertThat(algorithm()).isEqualTo("bcrypt");
    theKeyWorksAtOnce();

    try (BrowserContext context =
        chromium.newContext(
            new Browser.NewContextOptions().setIgnoreHTTPSErrors(true).setLocale("en-US"))) {
      Page page = context.newPage();
      page.navigate(gateway.url() + "/tasks");
      page.fill("#username", NAME);
      page.fill("#password", bcrypt.password());
      page.click("#kc-login");
      page.fill("#otp", Totp.now(TOTP));
      page.click("#kc-login");
      page.waitForURL(gateway.url() + "/tasks*");
      assertThat(page.locator("#tasks").innerText())
          .as("what was made by API key is there for the person")
          .contains("made by an API key");
      assertThat(context.cookies().stream().map(cookie -> cookie.value))
          .as("no token in the browser")
          .noneMatch(
              value ->
                  value.startsWith("eyJ")
                      && value.split("\\.").length == 3
                      && Realm.claims(value).path("typ").asText().equals("Bearer"));
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(algorithm()).isEqualTo("argon2"));

      theKeyEnds();
      page.reload();
      assertThat(page.url()).as("the person goes on").startsWith(gateway.url() + "/tasks");
      everySessionEnds(context, page);
    }
    assertThat(gateway.log()).contains("/api/tasks").doesNotContain(KEY, bcrypt.password());
    assertThat(app.log()).doesNotContain(KEY, bcrypt.password(), bcrypt.hash());
  }

  private static void imported(Path folder, OldHash hash) throws Exception {
    ObjectMapper json = new ObjectMapper();
    ObjectNode row = json.createObjectNode();
    row.put("username", NAME).put("email", "olive@example.org").put("email_verified", true);
    row.put("first_name", "Olive").put("last_name", "Old").put("password_hash", hash.hash());
    row.put("totp_secret", TOTP);
    ObjectNode key = row.putArray("api_key_hashes").addObject();
    key.put("hash", sha256(KEY)).put("name", "nightly job");
    key.putArray("scopes").add("tasks:read").add("tasks:write");
    Path users = Files.writeString(folder.resolve("users.jsonl"), row + "\n");
    Path out = folder.resolve("out");
    Commands.migrate("--in", users.toString(), "--out", out.toString()).expect(0);
    ObjectNode body = (ObjectNode) json.readTree(Files.readString(out.resolve("app-users-0.json")));
    body.put("ifResourceExists", "FAIL");
    ADMIN.post("/realms/app/partialImport", body.toString()).expect(200);
  }

  private static String sha256(String key) throws Exception {
    return HexFormat.of()
        .formatHex(
            MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
  }

  private static String algorithm() {
    JsonNode credential = ADMIN.passwordCredential(NAME);
    return credential
        .get("credentialData")
        .asText()
        .replaceAll(".*\"algorithm\":\"([^\"]+)\".*", "$1");
  }

  private static void theKeyWorksAtOnce() {
    assertThat(api("GET", "X-API-Key", KEY).expect(200).json()).isEmpty();
    JsonNode task = api("POST", "X-API-Key", KEY).expect(201).json();
    assertThat(task.get("title").asText()).isEqualTo("made by an API key");
    for (String[] nobody :
        List.of(
            new String[] {"X-API-Key", KEY + "x"},
            new String[] {"X-API-Key", "x", "Authorization", "Bearer x"})) {
      Response refused = api("GET", nobody).expect(403);
      assertThat(refused.text("error")).isEqualTo("invalid_api_key");
    }
    Response none = api("GET", "X-Auth-Key-Id", "x", "X-Auth-Subject", ADMIN.userId(NAME));
    assertThat(none.expect(401).header("WWW-Authenticate")).startsWith("Bearer");
  }

  /** An administrator revokes the key: it and the token that was exchanged for it end. */
  private static void theKeyEnds() {
    String token =
        Http.postForm(
                REALM.endpoint("token"),
                Map.of(
                    "grant_type", "urn:bulwark:params:oauth:grant-type:api-key",
                    "client_id", "dev-cli",
                    "scope", "tasks:read"),
                "X-API-Key",
                KEY)
            .expect(200)
            .text("access_token");
    String[] bearer = {"Authorization", "Bearer " + token};
    assertThat(api("GET", bearer).expect(200).json()).hasSize(1);
    String owner = "owner=user:" + ADMIN.userId(NAME);
    JsonNode keys = ADMIN.get("/realms/app/api-keys?" + owner).expect(200).json();
    assertThat(keys).hasSize(1);
    ADMIN
        .delete("/realms/app/api-keys/" + keys.get(0).get("id").asText() + "?" + owner)
        .expect(204);
    api("GET", "X-API-Key", KEY).expect(403);
    Response ended = api("GET", bearer).expect(401);
    assertThat(ended.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
  }

  /** An administrator logs the user out everywhere: the page is refused within a second. */
  private static void everySessionEnds(BrowserContext context, Page page) {
    String cookie =
        context.cookies(gateway.url()).stream()
            .filter(each -> each.name.equals("__Host-TASKS_SESSION"))
            .map(each -> each.name + "=" + each.value)
            .findFirst()
            .orElseThrow();
    assertThat(Http.get(gateway.url() + "/tasks", "Cookie", cookie).status()).isEqualTo(200);
    try (Jedis redis = new Jedis("127.0.0.1", STACK.redis().port())) {
      Set<String> before = redis.keys("revoked:*");
      ADMIN.post("/realms/app/users/" + ADMIN.userId(NAME) + "/logout", "{}").expect(204);
      await()
          .atMost(Duration.ofSeconds(1))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> Http.get(gateway.url() + "/tasks", "Cookie", cookie).status() != 200);
      // Not a count: keys of other tests expire meanwhile.
      Set<String> fresh = redis.keys("revoked:*");
      fresh.removeAll(before);
      assertThat(fresh).as("its token is in Redis").isNotEmpty();
    }
    page.navigate(gateway.url() + "/tasks");
    page.navigate(gateway.url() + "/tasks");
    page.waitForSelector("#kc-form-login");
    assertThat(page.url()).as("the login is asked for").startsWith(REALM.url());
  }

  private static Response api(String method, String... headers) {
    HttpRequest.Builder request = Http.request(gateway.url() + "/api/tasks").headers(headers);
    if (method.equals("POST")) {
      request
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(Json.object("title", "made by an API key")));
    }
    return Http.send(request);
  }
}

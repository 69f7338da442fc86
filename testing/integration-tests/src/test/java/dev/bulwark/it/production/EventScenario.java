package dev.bulwark.it.production;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.events.EventLines;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * L6: lets everything of the checklist happen to one person and looks for each event in the log and
 * in the store, and for the secrets in neither.
 */
final class EventScenario {

  private static final String USER = "erna";
  private static final String FIRST_PASSWORD = "erna-first-battery";
  private static final String SECOND_PASSWORD = "erna-second-battery";
  private static final String THIRD_PASSWORD = "erna-third-battery";
  private static final String WRONG_PASSWORD = "erna-wrong-battery";

  private final ProductionServer server;
  private final MailServer mails;
  private final Login login;
  private final AdminApi admin;
  private final Realm realm;

  /** Whatever was secret on the way. */
  private final List<String> secrets = new ArrayList<>();

  EventScenario(ProductionServer server, MailServer mails, Login login) {
    this.server = server;
    this.mails = mails;
    this.login = login;
    this.admin = server.admin();
    this.realm = server.realm();
    secrets.addAll(List.of(FIRST_PASSWORD, SECOND_PASSWORD, THIRD_PASSWORD, WRONG_PASSWORD));
    for (String name : ProductionServer.secrets().keySet()) {
      secrets.add(server.secret(name));
    }
  }

  void run() {
    allowKeys();
    register();
    failures();
    session();
    passwordChange();
    Authenticator app = secondFactor();
    removal(app);
    forgottenPassword(app);
    keys(app);
    service();
    lockout();
    String id = admin.userId(USER);
    admin.put("/realms/app/users/" + id, Json.object("firstName", "Changed")).expect(204);
    admin.post("/realms/app/users/" + id + "/logout", "{}").expect(204);

    List<Expected> expected =
        List.of(
            new Expected("REGISTER", null, true),
            new Expected("SEND_VERIFY_EMAIL", null, true),
            new Expected("VERIFY_EMAIL", null, true),
            new Expected("LOGIN", null, true),
            new Expected("LOGIN_ERROR", "invalid_user_credentials", true),
            new Expected("LOGIN_ERROR", "user_not_found", false),
            new Expected("LOGIN_ERROR", "user_temporarily_disabled", true),
            new Expected("CODE_TO_TOKEN", null, true),
            new Expected("CODE_TO_TOKEN_ERROR", "invalid_code", false),
            new Expected("REFRESH_TOKEN", null, true),
            new Expected("REFRESH_TOKEN_ERROR", "invalid_token", false),
            new Expected("LOGOUT", null, true),
            new Expected("REVOKE_GRANT", null, true),
            new Expected("UPDATE_PASSWORD", null, true),
            new Expected("UPDATE_PASSWORD_ERROR", "password_rejected", true),
            new Expected("UPDATE_TOTP", null, true),
            new Expected("UPDATE_CREDENTIAL", null, true),
            new Expected("REMOVE_CREDENTIAL", null, true),
            new Expected("SEND_RESET_PASSWORD", null, true),
            new Expected("CLIENT_LOGIN", null, true),
            new Expected("CLIENT_LOGIN_ERROR", "invalid_client_credentials", false));
    await().atMost(SOON).untilAsserted(() -> expected.forEach(this::assertLoggedAndKept));
    assertKinds();
    assertAdministration(id);
    assertNoSecret();
  }

  /** Tokens of the application may manage its users' keys: for the events of keys. */
  private void allowKeys() {
    String path = "/realms/app/clients/" + admin.clientUuid("relying-app");
    ObjectNode client = (ObjectNode) admin.get(path).expect(200).json();
    ((ObjectNode) client.get("attributes")).put("api-key.manage", "true");
    admin.put(path, client.toString()).expect(204);
  }

  private void register() {
    FormBrowser browser = browser();
    Map<String, String> form = new LinkedHashMap<>();
    form.put("username", USER);
    form.put("email", USER + "@example.org");
    form.put("firstName", "Erna");
    form.put("lastName", "Event");
    browser.submit(browser.open(login.address("registrations", "openid")), form);
    String link = mails.link();
    secrets.add(link.substring(link.indexOf("key=") + 4).split("&", 2)[0]);
    FormBrowser.Page done =
        browser.submit(
            browser.open(link),
            Map.of("password-new", FIRST_PASSWORD, "password-confirm", FIRST_PASSWORD));
    String code = done.parameter("code");
    secrets.add(code);
    keep(login.redeem(code).expect(200));
  }

  private void failures() {
    login.signIn(browser(), USER, WRONG_PASSWORD);
    login.signIn(browser(), "nobody-at-all", WRONG_PASSWORD);
    login.redeem("not-a-code").expect(400);
    unlock();
  }

  private void session() {
    FormBrowser browser = browser();
    Response tokens = keep(login.tokens(browser, USER, FIRST_PASSWORD));
    Response rotated = keep(login.refresh(tokens.text("refresh_token")).expect(200));
    login.logOut(browser, tokens);
    login.refresh(rotated.text("refresh_token")).expect(400);

    Response other = keep(login.tokens(browser(), USER, FIRST_PASSWORD));
    Http.postForm(
            realm.endpoint("revoke"),
            Map.of("token", other.text("refresh_token")),
            "Authorization",
            login.authorization())
        .expect(200);
  }

  private void passwordChange() {
    FormBrowser browser = browser();
    FormBrowser.Page page =
        browser.submit(
            browser.open(login.address("openid") + "&kc_action=UPDATE_PASSWORD"),
            Map.of("username", USER, "password", FIRST_PASSWORD));
    page = browser.submit(page, Map.of("password-new", "short", "password-confirm", "short"));
    page =
        browser.submit(
            page,
            Map.of(
                "password-new",
                SECOND_PASSWORD,
                "password-confirm",
                SECOND_PASSWORD,
                "logout-sessions",
                "on"));
    secrets.add(page.parameter("code"));
  }

  private Authenticator secondFactor() {
    FormBrowser browser = browser();
    FormBrowser.Page page =
        browser.submit(
            browser.open(login.address("openid") + "&kc_action=CONFIGURE_TOTP"),
            Map.of("username", USER, "password", SECOND_PASSWORD));
    String raw = page.value("totpSecret");
    FormBrowser.Page manual = browser.click(page, "mode=manual");
    String secret = manual.text("kc-totp-secret-key").replace(" ", "");
    secrets.add(raw);
    secrets.add(secret);
    Authenticator app = new Authenticator(secret);
    page =
        browser.submit(manual, Map.of("totp", app.code(), "totpSecret", raw, "userLabel", "phone"));
    finishBackupCodes(browser, page);
    return app;
  }

  private void finishBackupCodes(FormBrowser browser, FormBrowser.Page page) {
    String codes = page.value("generatedRecoveryAuthnCodes");
    secrets.addAll(List.of(codes.split(",")));
    FormBrowser.Page done =
        browser.submit(
            page,
            Map.of(
                "generatedRecoveryAuthnCodes",
                codes,
                "generatedAt",
                page.value("generatedAt"),
                "userLabel",
                "codes"));
    secrets.add(done.parameter("code"));
  }

  /** Logs in with both factors, and removes the backup codes. */
  private void removal(Authenticator app) {
    String codes = "";
    for (JsonNode credential :
        admin.get("/realms/app/users/" + admin.userId(USER) + "/credentials").expect(200).json()) {
      if (credential.get("type").asText().equals("recovery-authn-codes")) {
        codes = credential.get("id").asText();
      }
    }
    FormBrowser browser = browser();
    FormBrowser.Page page =
        browser.submit(
            browser.open(login.address("openid") + "&kc_action=delete_credential:" + codes),
            Map.of("username", USER, "password", SECOND_PASSWORD));
    page = browser.submit(page, Map.of("otp", app.code()));
    page = browser.submit(page, Map.of("accept", "true"));
    secrets.add(page.parameter("code"));
  }

  private void forgottenPassword(Authenticator app) {
    FormBrowser browser = browser();
    FormBrowser.Page page = browser.open(login.address("openid"));
    page = browser.click(page, "reset-credentials");
    browser.submit(page, Map.of("username", USER));
    String link = mails.link();
    secrets.add(link.substring(link.indexOf("key=") + 4).split("&")[0]);
    page = browser.open(link);
    page = browser.submit(page, Map.of("otp", app.code()));
    browser.submit(
        page,
        Map.of(
            "password-new",
            THIRD_PASSWORD,
            "password-confirm",
            THIRD_PASSWORD,
            "logout-sessions",
            "on"));
  }

  private void keys(Authenticator app) {
    FormBrowser browser = browser();
    FormBrowser.Page page = login.signIn(browser, USER, THIRD_PASSWORD);
    page = browser.submit(page, Map.of("otp", app.code()));
    Response tokens = keep(login.redeem(page.parameter("code")).expect(200));
    String bearer = "Bearer " + tokens.text("access_token");
    Response made =
        Http.send(
                Http.request(realm.url() + "/api-keys")
                    .header("Authorization", bearer)
                    .header("Content-Type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            Json.object(
                                "name",
                                "log",
                                "scopes",
                                List.of("tasks:read"),
                                "expiresAt",
                                null))))
            .expect(201);
    secrets.add(made.text("key"));
    Http.send(
            Http.request(realm.url() + "/api-keys/" + made.text("id"))
                .header("Authorization", bearer)
                .DELETE())
        .expect(204);
    verify(made.text("key"));
    verify("atk_" + "N".repeat(43));
  }

  private void verify(String key) {
    Http.get(
            realm.url() + "/api-keys/verify",
            "Authorization",
            Realm.basic("gateway", server.secret("GATEWAY_SECRET")),
            "X-API-Key",
            key)
        .expect(403);
  }

  private void service() {
    keep(
        realm
            .clientCredentials("tasks-service", server.secret("TASKS_SERVICE_SECRET"), Map.of())
            .expect(200));
    realm.clientCredentials("tasks-service", WRONG_PASSWORD, Map.of()).expect(401);
  }

  /** Wrong passwords until the account is locked for a while. */
  private void lockout() {
    String id = admin.userId(USER);
    await()
        .atMost(SOON)
        .until(
            () -> {
              login.signIn(browser(), USER, WRONG_PASSWORD);
              return admin
                  .get("/realms/app/attack-detection/brute-force/users/" + id)
                  .expect(200)
                  .json()
                  .get("disabled")
                  .asBoolean();
            });
    login.signIn(browser(), USER, THIRD_PASSWORD);
    unlock();
  }

  private void unlock() {
    admin
        .delete("/realms/app/attack-detection/brute-force/users/" + admin.userId(USER))
        .expect(204);
  }

  private void assertLoggedAndKept(Expected expected) {
    if (expected.type().equals("REFRESH_TOKEN")) {
      // Not kept: there is one every quarter of an hour and session.
      assertThat(logged()).as(expected.toString()).anyMatch(expected::matchesLine);
      return;
    }
    List<JsonNode> kept = new ArrayList<>();
    for (JsonNode event :
        admin.get("/realms/app/events?max=500&type=" + expected.type()).expect(200).json()) {
      if (expected.matches(event)) {
        kept.add(event);
      }
    }
    assertThat(kept).as("kept: %s", expected).isNotEmpty();
    for (JsonNode event : kept) {
      assertThat(event.get("ipAddress").asText()).as(expected.toString()).isEqualTo("127.0.0.1");
      assertThat(event.path("clientId").asText()).as(expected.toString()).isNotEmpty();
      assertThat(event.get("time").asLong()).isPositive();
    }
    List<JsonNode> logged = logged().stream().filter(expected::matchesLine).toList();
    assertThat(logged).as("logged: %s", expected).hasSameSizeAs(kept);
  }

  /** Changes of credentials say which kind; keys say what was done to them. */
  private void assertKinds() {
    String kept = admin.get("/realms/app/events?max=500").expect(200).body();
    for (String kind : List.of("password", "otp", "recovery-authn-codes", "api-key")) {
      assertThat(kept).contains("\"credential_type\":\"" + kind + "\"");
      assertThat(logged()).anyMatch(line -> detail(line, "credential_type").equals(kind));
    }
    for (String action : List.of("created", "revoked")) {
      assertThat(kept).contains("\"api_key_action\":\"" + action + "\"");
      assertThat(logged()).anyMatch(line -> detail(line, "api_key_action").equals(action));
    }
    // A key of nobody is in the log alone: strangers must not fill the store.
    assertThat(logged()).anyMatch(line -> detail(line, "reason").equals("api_key_unknown"));
  }

  private static String detail(JsonNode line, String name) {
    return line.at("/keycloak/details/" + name).asText();
  }

  private void assertAdministration(String user) {
    JsonNode events = admin.get("/realms/app/admin-events?max=500").expect(200).json();
    List<String> kept = new ArrayList<>();
    for (JsonNode event : events) {
      assertThat(event.get("authDetails").get("ipAddress").asText()).isEqualTo("127.0.0.1");
      assertThat(event.get("authDetails").get("userId").asText()).isNotEmpty();
      kept.add(event.get("operationType").asText() + " " + event.get("resourcePath").asText());
    }
    assertThat(kept).contains("UPDATE users/" + user, "ACTION users/" + user + "/logout");
    assertThat(logged())
        .anyMatch(
            line ->
                line.at("/keycloak/event_type").asText().equals("USER.UPDATE")
                    && line.at("/keycloak/resource_path").asText().equals("users/" + user)
                    && line.at("/source/ip").asText().equals("127.0.0.1"));
  }

  private void assertNoSecret() {
    String log = server.log();
    String events = admin.get("/realms/app/events?max=1000").expect(200).body();
    String adminEvents = admin.get("/realms/app/admin-events?max=1000").expect(200).body();
    assertThat(secrets).hasSizeGreaterThan(25).noneMatch(String::isBlank);
    for (String secret : secrets) {
      assertThat(log).as("log").doesNotContain(secret);
      assertThat(events).as("events").doesNotContain(secret);
      assertThat(adminEvents).as("admin events").doesNotContain(secret);
    }
  }

  /** The lines of the event log, oldest first. */
  private List<JsonNode> logged() {
    return EventLines.of(server.log());
  }

  private Response keep(Response tokens) {
    for (String kind : List.of("access_token", "refresh_token", "id_token")) {
      if (tokens.json().has(kind)) {
        secrets.add(tokens.text(kind));
      }
    }
    return tokens;
  }

  private FormBrowser browser() {
    return new FormBrowser(server.url());
  }

  /**
   * @param error null for a success
   * @param byUser whether it is known whose event it is
   */
  private record Expected(String type, @Nullable String error, boolean byUser) {

    boolean matches(JsonNode event) {
      String found = event.path("error").asText("");
      return event.get("type").asText().equals(type)
          && found.equals(error == null ? "" : error)
          && (!byUser || !event.path("userId").asText("").isEmpty());
    }

    boolean matchesLine(JsonNode line) {
      return line.at("/keycloak/event_type").asText().equals(type)
          && line.at("/keycloak/realm/name").asText().equals("app")
          && line.at("/event/reason").asText().equals(error == null ? "" : error)
          && (!byUser || !line.at("/user/id").asText().isEmpty())
          && line.at("/source/ip").asText().equals("127.0.0.1");
    }
  }
}

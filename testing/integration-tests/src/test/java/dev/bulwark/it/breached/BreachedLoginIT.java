package dev.bulwark.it.breached;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P10: users of another application, whose breached passwords only a login can show. */
@SharedRealm
class BreachedLoginIT {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** In the shipped list. */
  private static final String BREACHED = "secret";

  /** Its hash by the bcrypt of Python. */
  private static final String HASH = "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW";

  private static final String AUTHENTICATOR = "a-secret-of-20-bytes";

  private static final String RARE = "Fjordblick 7 Kamele";

  private static final String SHIPPED =
      "length(8) and notUsername(undefined) and notEmail(undefined)"
          + " and breachedPassword(1) and breachedPasswordAtLogin(warn)";

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();

  @Test
  void theShippedRealmWarnsOnceAndOnlyAfterTheRightPassword() {
    assertThat(admin.get("/realms/app").expect(200).text("passwordPolicy")).isEqualTo(SHIPPED);
    String user = bringAlong("p10-warn");

    Response wrong = realm.login("p10-warn", "secret1", "openid").expect(400);
    Response unknown = realm.login("p10-nobody", BREACHED, "openid").expect(400);
    assertThat(wrong.body()).isEqualTo(unknown.body());
    assertThat(events(user)).isEmpty();

    realm.login("p10-warn", BREACHED, "openid").expect(200);
    JsonNode event = awaitEvent(user);
    assertThat(event.get("clientId").asText()).isEqualTo("dev-cli");
    assertThat(event.get("ipAddress").asText()).isEqualTo("127.0.0.1");
    assertThat(event.at("/details/credential_type").asText()).isEqualTo("password");
    assertThat(event.at("/details/breached_password_action").asText()).isEqualTo("warn");
    assertThat(event.at("/details/breached_password_source").asText()).isEqualTo("offline-list");

    // Upgraded to Argon2id meanwhile, and still the same password.
    await()
        .atMost(Duration.ofSeconds(10))
        .until(
            () ->
                admin
                    .passwordCredential("p10-warn")
                    .get("credentialData")
                    .asText()
                    .contains("argon2"));
    assertThat(logIn("p10-warn", BREACHED).url()).contains("code=");
    realm.login("p10-warn", BREACHED, "openid").expect(200);
    assertThat(checks("warn", "breached")).isGreaterThanOrEqualTo(3);
    assertThat(events(user)).hasSize(1);
    assertThat(admin.get("/realms/app/users/" + user).expect(200).json().get("requiredActions"))
        .isEmpty();
    assertThat(TestStack.get().keycloak().log()).doesNotContain(HASH);
  }

  /**
   * P10, attacked: a guess reaches no check, be it a breached password or not, of an imported user,
   * of one with a hash of this realm, or of nobody. So neither text nor time can tell of the list.
   */
  @ParameterizedTest
  @ValueSource(strings = {"warn", "demand"})
  void aGuessReachesNoCheck(String action) {
    String imported = bringAlong("p10-guess-" + action);
    String own = bringAlong("p10-own-" + action);
    setPassword(own, RARE);
    setAction(action);
    try {
      double before = checks(action, "breached") + checks(action, "accepted");
      Set<String> answers = new HashSet<>();
      for (String name : List.of("p10-guess-" + action, "p10-own-" + action, "p10-nobody")) {
        for (String guess : List.of("password1", "Kein Wort 4711 davon")) {
          answers.add(realm.login(name, guess, "openid").expect(400).body());
        }
      }
      assertThat(answers).hasSize(1);
      assertThat(checks(action, "breached") + checks(action, "accepted")).isEqualTo(before);
      assertThat(events(imported)).isEmpty();
      assertThat(events(own)).isEmpty();
    } finally {
      setAction("warn");
    }
  }

  /**
   * P10, L2, attacked: somebody knows the breached password and lacks the second factor. The
   * answers are those for any user, and what the owner must do stops neither keys nor sessions of
   * the owner.
   */
  @Test
  void whoKnowsThePasswordAndLacksTheSecondFactorStopsNothing() {
    String name = "p10-factor";
    String user = bringAlong(name, AUTHENTICATOR);
    String key =
        admin
            .post(
                "/realms/app/api-keys",
                """
                {"name": "automation", "scopes": [], "owner": {"type": "user", "id": "%s"}}
                """
                    .formatted(user))
            .expect(201)
            .text("key");
    setAction("demand");
    try {
      assertThat(realm.login(name, BREACHED, "openid").expect(400).body())
          .isEqualTo(realm.login(name, "password1", "openid").expect(400).body());
      FormBrowser.Page page = logIn(name, BREACHED);
      assertThat(page.response().body()).contains("kc-otp-login-form").doesNotContain("breach");
      awaitEvent(user);
      assertThat(admin.get("/realms/app/users/" + user).expect(200).json().get("requiredActions"))
          .isEmpty();
      Http.postForm(
              realm.endpoint("token"),
              Map.of(
                  "grant_type",
                  "urn:bulwark:params:oauth:grant-type:api-key",
                  "client_id",
                  "dev-cli"),
              "X-API-Key",
              key)
          .expect(200);
    } finally {
      setAction("warn");
    }
  }

  @Test
  void loginsAtOnceMakeOneEvent() throws Exception {
    String user = bringAlong("p10-at-once");
    int logins = 8;
    ExecutorService threads = Executors.newFixedThreadPool(logins);
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Response>> responses = new ArrayList<>();
      for (int i = 0; i < logins; i++) {
        responses.add(
            threads.submit(
                () -> {
                  start.await();
                  return realm.login("p10-at-once", BREACHED, "openid");
                }));
      }
      start.countDown();
      for (Future<Response> response : responses) {
        response.get().expect(200);
      }
    } finally {
      threads.shutdownNow();
    }
    awaitEvent(user);
    realm.login("p10-at-once", BREACHED, "openid").expect(200);
    assertThat(events(user)).hasSize(1);
  }

  @Test
  void offAndGoodPasswordsMakeNoEvent() {
    String user = bringAlong("p10-off");
    setAction("off");
    try {
      realm.login("p10-off", BREACHED, "openid").expect(200);
      setAction("warn");
      setPassword(user, RARE);
      double before = checks("warn", "accepted");
      realm.login("p10-off", RARE, "openid").expect(200);
      assertThat(checks("warn", "accepted")).isEqualTo(before + 1);
      // Events come one after the other: once that of another user is there, none is on its way.
      String other = bringAlong("p10-off-other");
      realm.login("p10-off-other", BREACHED, "openid").expect(200);
      awaitEvent(other);
      assertThat(events(user)).isEmpty();
    } finally {
      setAction("warn");
    }
  }

  @Test
  void demandAsksForAnotherPasswordRightAfterTheLogin() {
    String user = bringAlong("p10-demand");
    setAction("demand");
    try {
      Response refused = realm.login("p10-demand", BREACHED, "openid").expect(400);
      assertThat(refused.text("error_description")).isEqualTo("Account is not fully set up");
      assertThat(awaitEvent(user).at("/details/breached_password_action").asText())
          .isEqualTo("demand");
      realm.login("p10-demand", BREACHED, "openid").expect(400);

      FormBrowser browser = new FormBrowser(TestStack.get().url());
      FormBrowser.Page asked = logIn(browser, "p10-demand", BREACHED);
      assertThat(asked.response().body()).contains("password-new");
      FormBrowser.Page again = choose(browser, asked, "password");
      assertThat(again.response().body()).contains("known from data breaches");
      assertThat(choose(browser, again, RARE).url()).contains("code=");

      realm.login("p10-demand", RARE, "openid").expect(200);
      assertThat(logIn("p10-demand", RARE).url()).contains("code=");
      assertThat(events(user)).hasSize(1);
    } finally {
      setAction("warn");
    }
  }

  @Test
  void demandOnlyWarnsWhereTheRequiredActionIsDisabled() {
    String path = "/realms/app/authentication/required-actions/UPDATE_PASSWORD";
    ObjectNode action = (ObjectNode) admin.get(path).expect(200).json();
    admin.put(path, action.put("enabled", false).toString()).expect(204);
    setAction("demand");
    try {
      String user = bringAlong("p10-no-action");
      realm.login("p10-no-action", BREACHED, "openid").expect(200);
      assertThat(awaitEvent(user).at("/details/breached_password_action").asText())
          .isEqualTo("warn");
    } finally {
      setAction("warn");
      admin.put(path, action.put("enabled", true).toString()).expect(204);
    }
  }

  @Test
  void theAdminConsoleRefusesAnotherAction() {
    assertThat(setPolicy(SHIPPED.replace("(warn)", "(shrug)")).expect(400).text("errorMessage"))
        .contains("The action must be off, warn or demand");
  }

  /** A user with a hash of another application, as an import brings it; returns the id. */
  private String bringAlong(String name) {
    return bringAlong(name, null);
  }

  /** As {@link #bringAlong(String)}, with a second factor. */
  private String bringAlong(String name, @Nullable String secondFactor) {
    ObjectNode user = JSON.createObjectNode();
    user.put("username", name).put("enabled", true);
    user.put("firstName", "Test").put("lastName", "User");
    user.put("email", name + "@example.org").put("emailVerified", true);
    ArrayNode credentials = user.putArray("credentials");
    credentials
        .addObject()
        .put("type", "password")
        .put("credentialData", Json.object("hashIterations", 12, "algorithm", "bcrypt"))
        .put("secretData", Json.object("value", HASH, "salt", ""));
    if (secondFactor != null) {
      credentials
          .addObject()
          .put("type", "otp")
          .put("secretData", Json.object("value", secondFactor))
          .put(
              "credentialData",
              Json.object(
                  "subType",
                  "totp",
                  "digits",
                  6,
                  "counter",
                  0,
                  "period",
                  30,
                  "algorithm",
                  "HmacSHA1"));
    }
    admin.post("/realms/app/users", user.toString()).expect(201);
    return admin.userId(name);
  }

  private void setPassword(String user, String password) {
    admin
        .put(
            "/realms/app/users/" + user + "/reset-password",
            Json.object("type", "password", "value", password))
        .expect(204);
  }

  private void setAction(String action) {
    setPolicy(SHIPPED.replace("(warn)", "(" + action + ")")).expect(204);
  }

  private Response setPolicy(String policy) {
    return admin.put(
        "/realms/app", JSON.createObjectNode().put("passwordPolicy", policy).toString());
  }

  private JsonNode awaitEvent(String user) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> events(user), found -> !found.isEmpty())
        .get(0);
  }

  /** The stored events about the user's breached password. */
  private List<JsonNode> events(String user) {
    List<JsonNode> found = new ArrayList<>();
    for (JsonNode event :
        admin
            .get("/realms/app/events?type=UPDATE_CREDENTIAL_ERROR&user=" + user)
            .expect(200)
            .json()) {
      if ("breached_password_at_login".equals(event.path("error").asText())) {
        found.add(event);
      }
    }
    return found;
  }

  /** How many checks with this result the server counts. */
  private static double checks(String action, String outcome) {
    String line =
        "bulwark_breached_login_seconds_count{action=\"%s\",outcome=\"%s\"} "
            .formatted(action, outcome);
    return Http.get(TestStack.get().keycloak().managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(text -> text.startsWith(line))
        .mapToDouble(text -> Double.parseDouble(text.substring(line.length())))
        .sum();
  }

  private static FormBrowser.Page logIn(String name, String password) {
    return logIn(new FormBrowser(TestStack.get().url()), name, password);
  }

  private static FormBrowser.Page logIn(FormBrowser browser, String name, String password) {
    FormBrowser.Page page =
        browser.open(
            TestStack.get().realm().endpoint("auth")
                + "?client_id=dev-cli&response_type=code&scope=openid"
                + "&redirect_uri=http%3A%2F%2Flocalhost%2F&code_challenge_method=S256"
                + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    return browser.submit(page, Map.of("username", name, "password", password));
  }

  private static FormBrowser.Page choose(
      FormBrowser browser, FormBrowser.Page page, String password) {
    return browser.submit(page, Map.of("password-new", password, "password-confirm", password));
  }
}

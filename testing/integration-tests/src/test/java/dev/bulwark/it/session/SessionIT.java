package dev.bulwark.it.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.apikey.AccountApi;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** S1, S2: what a session cookie is good for, and when it is not any more. */
@SharedRealm
class SessionIT {

  private static final String IDENTITY = "KEYCLOAK_IDENTITY";

  private static Application application;

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final Realm realm = stack.realm();

  @BeforeAll
  static void start() {
    application = new Application(TestStack.get().realm(), TestStack.get().admin());
  }

  @AfterAll
  static void stop() {
    application.close();
  }

  @Test
  void aCookieThatIsChangedInAnyWayIsNoSession() {
    FormBrowser browser = browser();
    logIn(browser, "alice");
    String cookie = browser.cookie(IDENTITY);
    assertThat(cookie.split("\\.")).hasSize(3);
    FormBrowser other = browser();
    logIn(other, "bob");
    Map<String, String> forged = new LinkedHashMap<>();
    forged.put("another signature", flipped(cookie, cookie.length() - 10));
    forged.put("another payload", flipped(cookie, cookie.indexOf('.') + 10));
    forged.put("no signature", cookie.substring(0, cookie.lastIndexOf('.') + 1));
    forged.put("alg none", withAlgorithm(cookie, "none") + ".");
    forged.put("RS256 instead of HMAC", withAlgorithm(cookie, "RS256") + "." + last(cookie));
    forged.put(
        "the claims of another with one's own signature",
        cookie.split("\\.")[0] + "." + other.cookie(IDENTITY).split("\\.")[1] + "." + last(cookie));
    forged.put("an access token", realm.login("alice").text("access_token"));
    forged.put("a refresh token", realm.login("alice").text("refresh_token"));
    forged.put("garbage", "garbage");
    forged.put("that of an administrator of the realm master", masterIdentity());
    forged.forEach(
        (attack, value) -> {
          FormBrowser thief = browser.copy();
          thief.setCookie(IDENTITY, value);
          assertThat(thief.cookie(IDENTITY)).isEqualTo(value);
          assertThat(isLoggedIn(thief)).as(attack).isFalse();
        });
    assertThat(isLoggedIn(browser)).isTrue();
  }

  /** The cookies that scripts may read are no session by themselves. */
  @Test
  void onlyTheIdentityCookieIsTheSession() {
    FormBrowser browser = browser();
    logIn(browser, "alice");
    FormBrowser without = browser.copy();
    without.dropCookie(IDENTITY);
    assertThat(isLoggedIn(without)).isFalse();
    assertThat(isLoggedIn(browser)).isTrue();
  }

  @Test
  void whoPlantsCookiesBeforeTheLoginDoesNotShareIt() {
    FormBrowser victim = browser();
    FormBrowser.Page form = victim.open(application.login("openid"));
    FormBrowser attacker = victim.copy();
    String before = victim.cookie("AUTH_SESSION_ID");
    assertThat(before).isNotEmpty();
    FormBrowser.Page done = signIn(victim, form, "bob");
    Response tokens = application.redeem(done.parameter("code")).expect(200);

    assertThat(isLoggedIn(victim)).isTrue();
    assertThat(isLoggedIn(attacker)).isFalse();
    // Nor can the attacker go on where the victim was: the form that both had is used up.
    FormBrowser late = browser();
    assertThat(late.open(form.form()).parameters()).doesNotContainKey("code");
    assertThat(attacker.open(form.form()).parameters()).doesNotContainKey("code");
    String sid = Realm.claims(tokens.text("access_token")).get("sid").asText();
    assertThat(before).as("another session than before the login").doesNotContain(sid);
  }

  @Test
  void aCookieStolenBeforeTheLogoutIsNothingAfterIt() {
    FormBrowser browser = browser();
    Response tokens = logIn(browser, "alice");
    FormBrowser thief = browser.copy();
    assertThat(isLoggedIn(thief.copy())).as("until then it works: that is the theft").isTrue();

    FormBrowser.Page out =
        browser.open(
            realm.endpoint("logout")
                + "?id_token_hint="
                + tokens.text("id_token")
                + "&post_logout_redirect_uri="
                + Http.encode(application.url() + "/"));
    assertThat(out.url()).startsWith(application.url());

    assertThat(browser.cookie(IDENTITY)).as("taken from the browser").isEmpty();
    assertThat(isLoggedIn(thief)).isFalse();
    application.refresh(tokens.text("refresh_token")).expect(400);
    assertThat(realm.isActive(tokens.text("access_token"))).isFalse();
  }

  @Test
  void everyLoginIsASessionOfItsOwnThatCannotBeGuessed() {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Response tokens = logIn(browser(), "bob");
      ids.add(Realm.claims(tokens.text("access_token")).get("sid").asText());
    }
    // 24 characters of Base64 are 144 bits; ASVS 7.2.3 wants 128.
    assertThat(ids).doesNotHaveDuplicates().allMatch(id -> id.length() >= 22);
  }

  @Test
  void theUserSeesTheSessionsAndEndsOneOrAll() {
    user("list");
    AccountApi account = AccountApi.of(realm, admin);
    FormBrowser phone = browser();
    FormBrowser desk = browser();
    String phoneId = sid(logIn(phone, "list"));
    Response deskTokens = logIn(desk, "list");
    String token = account.token("list");
    String own = Realm.claims(token).get("sid").asText();

    assertThat(listed(token)).containsExactlyInAnyOrder(phoneId, sid(deskTokens), own);

    Http.send(
            Http.request(realm.url() + "/account/sessions/" + phoneId)
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json")
                .DELETE())
        .expect(204);
    assertThat(isLoggedIn(phone)).isFalse();
    assertThat(isLoggedIn(desk)).isTrue();

    Http.send(
            Http.request(realm.url() + "/account/sessions?current=true")
                .header("Authorization", "Bearer " + token)
                .header("Accept", "application/json")
                .DELETE())
        .expect(204);
    assertThat(isLoggedIn(desk)).isFalse();
    application.refresh(deskTokens.text("refresh_token")).expect(400);
    assertThat(sessions("list")).isEmpty();
  }

  @Test
  void anAdministratorSeesTheSessionsAndEndsThemAll() {
    user("ended");
    FormBrowser phone = browser();
    FormBrowser desk = browser();
    Response phoneTokens = logIn(phone, "ended");
    Response deskTokens = logIn(desk, "ended");
    assertThat(sessions("ended")).containsExactlyInAnyOrder(sid(phoneTokens), sid(deskTokens));

    admin.post("/realms/app/users/" + admin.userId("ended") + "/logout", "{}").expect(204);

    assertThat(sessions("ended")).isEmpty();
    for (FormBrowser browser : List.of(phone, desk)) {
      assertThat(isLoggedIn(browser)).isFalse();
    }
    for (Response tokens : List.of(phoneTokens, deskTokens)) {
      application.refresh(tokens.text("refresh_token")).expect(400);
      assertThat(realm.isActive(tokens.text("access_token"))).isFalse();
    }
  }

  /** As 24 hours in the shipped realm (RealmImportIT), here with 4 seconds. */
  @Test
  void theIdleTimeSlides() {
    int idle = 4;
    admin.put("/realms/app", Json.object("ssoSessionIdleTimeout", idle)).expect(204);
    try {
      FormBrowser browser = browser();
      logIn(browser, "alice");
      Instant start = Instant.now();
      // Longer than the idle time as a whole, but never idle for so long.
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofSeconds(1))
          .until(
              () -> {
                assertThat(isLoggedIn(browser)).isTrue();
                return Instant.now().isAfter(start.plusSeconds(2L * idle));
              });
      Instant last = Instant.now();
      await().until(() -> Instant.now().isAfter(last.plusSeconds(idle + 1L)));
      assertThat(isLoggedIn(browser)).isFalse();
    } finally {
      admin.put("/realms/app", Json.object("ssoSessionIdleTimeout", 86400)).expect(204);
    }
  }

  private FormBrowser browser() {
    return new FormBrowser(stack.url());
  }

  private static Response logIn(FormBrowser browser, String user) {
    FormBrowser.Page form = browser.open(application.login("openid"));
    return application.redeem(signIn(browser, form, user).parameter("code")).expect(200);
  }

  private static FormBrowser.Page signIn(FormBrowser browser, FormBrowser.Page form, String user) {
    return browser.submit(form, Map.of("username", user, "password", Realm.PASSWORD));
  }

  /** Whether the browser is let in without a password. */
  private static boolean isLoggedIn(FormBrowser browser) {
    FormBrowser.Page page = browser.open(application.login("openid"));
    if (page.parameters().containsKey("code")) {
      return true;
    }
    assertThat(page.response().body()).contains("kc-form-login");
    return false;
  }

  private String masterIdentity() {
    FormBrowser browser = browser();
    FormBrowser.Page form =
        browser.open(
            stack.url()
                + "/realms/master/protocol/openid-connect/auth?client_id=security-admin-console"
                + "&response_type=code&scope=openid&redirect_uri="
                + Http.encode(stack.url() + "/admin/master/console/")
                + "&code_challenge_method=S256"
                + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    browser.submit(
        form, Map.of("username", TestStack.ADMIN_USERNAME, "password", TestStack.ADMIN_PASSWORD));
    assertThat(browser.cookie(IDENTITY)).isNotEmpty();
    return browser.cookie(IDENTITY);
  }

  private List<String> listed(String token) {
    List<String> ids = new ArrayList<>();
    for (JsonNode device :
        Http.get(
                realm.url() + "/account/sessions/devices",
                "Authorization",
                "Bearer " + token,
                "Accept",
                "application/json")
            .expect(200)
            .json()) {
      for (JsonNode session : device.get("sessions")) {
        assertThat(session.get("ipAddress").asText()).isEqualTo("127.0.0.1");
        ids.add(session.get("id").asText());
      }
    }
    return ids;
  }

  private List<String> sessions(String name) {
    List<String> ids = new ArrayList<>();
    for (JsonNode session :
        admin.get("/realms/app/users/" + admin.userId(name) + "/sessions").expect(200).json()) {
      ids.add(session.get("id").asText());
    }
    return ids;
  }

  private void user(String name) {
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org", "emailVerified": true,
             "firstName": "Session", "lastName": "Test",
             "credentials": [{"type": "password", "value": "%2$s"}]}
            """
                .formatted(name, Realm.PASSWORD))
        .expect(201);
  }

  private static String sid(Response tokens) {
    return Realm.claims(tokens.text("access_token")).get("sid").asText();
  }

  private static String last(String jwt) {
    return jwt.substring(jwt.lastIndexOf('.') + 1);
  }

  private static String flipped(String text, int index) {
    char other = text.charAt(index) == 'A' ? 'B' : 'A';
    return text.substring(0, index) + other + text.substring(index + 1);
  }

  /** Header with another algorithm, and the claims. */
  private static String withAlgorithm(String jwt, String algorithm) {
    ObjectNode header = (ObjectNode) Realm.header(jwt);
    header.put("alg", algorithm);
    byte[] bytes = header.toString().getBytes(StandardCharsets.UTF_8);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes)
        + "."
        + jwt.split("\\.")[1];
  }
}

package dev.bulwark.it.relying;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.Cookie;
import com.microsoft.playwright.options.SameSiteAttribute;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import dev.bulwark.server.LocalRedis;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * C2, J2, J3, J4, K4, K5, O1, R5, S1, S2: the FastAPI twin of the relying app, in a browser too.
 */
@SharedRealm
class FastApiAppIT {

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();
  private static final AdminApi ADMIN = STACK.admin();
  private static final String BOTH = "openid tasks:read tasks:write";

  @TempDir private static Path folder;
  private static FastApiApp app;
  private static Chromium chromium;

  @BeforeAll
  static void start() {
    app = FastApiApp.start(STACK, folder);
    chromium = Chromium.launch();
  }

  @AfterAll
  static void stop() {
    if (chromium != null) {
      chromium.close();
    }
    if (app != null) {
      app.close();
    }
  }

  private static Person person(Browser.NewContextOptions options) {
    return new Person(chromium, app::at, FastApiApp.COOKIE, options);
  }

  private static Person person() {
    return person(new Browser.NewContextOptions().setLocale("en-US"));
  }

  /** Logout notices that applications have acknowledged. */
  private static double delivered() {
    return Http.get(STACK.keycloak().managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith("bulwark_backchannel_logout_notices_total{"))
        .filter(line -> line.contains("outcome=\"delivered\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private static void create(String name) {
    ADMIN
        .post(
            "/realms/app/users",
            """
            {"username": "%1$s", "enabled": true, "email": "%1$s@example.org",
             "emailVerified": true, "firstName": "Fast", "lastName": "Person",
             "credentials": [{"type": "password", "value": "%2$s"}]}
            """
                .formatted(name, Realm.PASSWORD))
        .expect(201);
  }

  @Test
  void aPersonLogsInKeepsTasksAndLogsOut() {
    create("fast-one");
    try (Person person = person()) {
      Page page = person.page();
      person.goToLogin();
      Cookie before = person.session();
      person.enter("fast-one", Realm.PASSWORD);
      person.awaitTasks();
      assertThat(page.locator("#name").innerText()).isEqualTo("fast-one");
      Cookie session = person.session();
      assertThat(session.value).as("fixation").isNotEqualTo(before.value);
      assertThat(session.httpOnly).isTrue();
      assertThat(session.sameSite).isEqualTo(SameSiteAttribute.LAX);
      assertThat(person.cookies())
          .extracting(cookie -> cookie.name)
          .containsExactly(FastApiApp.COOKIE);
      assertThat(page.evaluate("() => localStorage.length + sessionStorage.length")).isEqualTo(0);
      assertThat(page.content()).doesNotContain("eyJ");
      assertThat(page.url()).doesNotContain("code=");

      person.add("<b>Markup</b> & 'quotes'");
      page.click("#tasks li button >> nth=0");
      page.waitForSelector("#tasks li.done");
      assertThat(page.locator("#tasks li span").allInnerTexts())
          .containsExactly("<b>Markup</b> & 'quotes'");
      page.click("#tasks li.done form:last-child button");
      page.waitForSelector("#none");

      String cookie = session.name + "=" + session.value;
      assertThat(Http.get(app.at("/api/tasks"), "Cookie", cookie).status()).isEqualTo(401);
      for (String form : List.of("title=forged", "title=forged&csrf=", "title=forged&csrf=x")) {
        Response forged =
            Http.send(
                Http.request(app.at("/tasks"))
                    .header("Cookie", cookie)
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(HttpRequest.BodyPublishers.ofString(form)));
        assertThat(forged.status()).as(form).isEqualTo(403);
      }
      Response withoutLogin =
          Http.send(
              Http.request(app.at("/logout"))
                  .header("Content-Type", "application/x-www-form-urlencoded")
                  .POST(HttpRequest.BodyPublishers.ofString("csrf=none")));
      assertThat(withoutLogin.status()).as("no login").isEqualTo(403);
      Response answer = person.tasksWith(session).expect(200);
      assertThat(answer.body()).doesNotContain("forged");
      assertThat(answer.header("Cache-Control")).contains("no-store");
      assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'");

      person.logOut();
      assertThat(person.tasksWith(session).status()).as("after the logout").isEqualTo(303);
      person.goToLogin();
    }
  }

  /** S1, R5: by the back channel, and without it by the check at each page. */
  @Test
  void aLoginThatKeycloakEndsIsOverAtTheNextRequest() {
    create("fast-ended");
    String path = "/realms/app/clients/" + ADMIN.clientUuid("fastapi-app");
    String client = ADMIN.get(path).expect(200).body();
    try (Person person = person();
        Person other = person()) {
      other.logIn("bob");
      for (boolean told : List.of(true, false)) {
        ADMIN
            .put(path, told ? client : client.replace("/auth/backchannel-logout", "/nowhere"))
            .expect(204);
        person.logIn("fast-ended");
        Cookie session = person.session();
        double before = delivered();
        ADMIN.post("/realms/app/users/" + ADMIN.userId("fast-ended") + "/logout", "").expect(204);
        if (told) {
          await("the notice").atMost(SOON).until(() -> delivered() > before);
        }
        Response refused =
            await(told ? "the end told by Keycloak" : "the end seen in Redis")
                .atMost(Duration.ofSeconds(5))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> person.tasksWith(session), answer -> answer.status() == 303);
        assertThat(refused.header("Location")).isEqualTo(told ? "/login" : "/?ended");
      }
      other.tasksWith(other.session()).expect(200);
    } finally {
      ADMIN.put(path, client).expect(204);
    }
    Response forged =
        Http.send(
            Http.request(app.at("/auth/backchannel-logout"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "logout_token=" + token("alice", "openid"))));
    assertThat(forged.status()).as("an access token is no logout token").isEqualTo(400);
  }

  /** J3: a refresh token is taken once, however many requests of a session come at a time. */
  @Test
  void requestsAtATimeRenewTheTokensOnce() {
    create("fast-busy");
    ADMIN.put("/realms/app", Json.object("accessTokenLifespan", 30)).expect(204);
    try (Person person = person()) {
      person.logIn("fast-busy");
      Cookie session = person.session();
      for (int round = 0; round < 2; round++) {
        List<CompletableFuture<Integer>> answers =
            IntStream.range(0, 6)
                .mapToObj(
                    i -> CompletableFuture.supplyAsync(() -> person.tasksWith(session).status()))
                .toList();
        assertThat(answers).extracting(CompletableFuture::join).containsOnly(200);
      }
    } finally {
      ADMIN.put("/realms/app", Json.object("accessTokenLifespan", 900)).expect(204);
    }
  }

  @Test
  void theApiAnswersAsRfc6750Says() {
    String token = token("alice", BOTH);
    app.create(token, Json.object("title", "From a program")).expect(201);
    assertThat(app.tasks(token).expect(200).body()).contains("From a program");
    for (String bad :
        List.of(
            Json.object("title", " "),
            Json.object("title", 1),
            Json.object("title", "x", "y", 1))) {
      assertThat(app.create(token, bad).status()).as(bad).isEqualTo(422);
    }
    Response without = Http.get(app.at("/api/tasks"));
    assertThat(without.status()).isEqualTo(401);
    assertThat(without.header("WWW-Authenticate")).startsWith("Bearer, DPoP algs=\"ES256 ");
    refused("other audience", token("alice", "openid"));
    refused("no JWT", "abc");
    Response narrow = app.create(token("alice", "openid tasks:read"), Json.object("title", "x"));
    assertThat(narrow.status()).isEqualTo(403);
    assertThat(narrow.header("WWW-Authenticate"))
        .contains("error=\"insufficient_scope\"", "scope=\"tasks:write\"");
    assertThat(Http.get(app.at("/api/admin/users"), "Authorization", "Bearer " + token).status())
        .isEqualTo(403);

    Response login = REALM.login("alice", Realm.PASSWORD, BOTH).expect(200);
    REALM.logout(login.text("refresh_token")).expect(204);
    refused("logged out", login.text("access_token"));
    assertThat(app.log()).as("no token is logged").doesNotContain(token.split("\\.")[1]);
  }

  /** K4, K5: exchanged for a token, or verified by a gateway. */
  @Test
  void anApiKeyOpensTheApi() {
    Response key =
        Http.send(
                Http.request(REALM.url() + "/api-keys")
                    .header("Authorization", "Bearer " + token("alice", BOTH))
                    .header("Content-Type", "application/json")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            Json.object(
                                "name",
                                "fast",
                                "scopes",
                                List.of("tasks:read"),
                                "expiresAt",
                                null))))
            .expect(201);
    String exchanged =
        Http.send(
                Http.request(REALM.url() + "/protocol/openid-connect/token")
                    .header("X-API-Key", key.text("key"))
                    .header("Content-Type", "application/x-www-form-urlencoded")
                    .POST(
                        HttpRequest.BodyPublishers.ofString(
                            "client_id=dev-cli&grant_type="
                                + "urn:bulwark:params:oauth:grant-type:api-key")))
            .expect(200)
            .text("access_token");
    app.tasks(exchanged).expect(200);
    assertThat(app.create(exchanged, Json.object("title", "x")).status()).isEqualTo(403);
    Http.send(
            Http.request(REALM.url() + "/api-keys/" + key.text("id"))
                .header("Authorization", "Bearer " + token("alice", BOTH))
                .DELETE())
        .expect(204);
    await().atMost(Duration.ofSeconds(10)).until(() -> app.tasks(exchanged).status() == 401);

    String[] request = {
      "GET /api/tasks HTTP/1.1",
      "X-Auth-Key-Id: some-key",
      "X-Auth-Subject: somebody",
      "X-Auth-Scopes: tasks:read"
    };
    assertThat(RawHttp.status(RawHttp.sendFrom(FastApiApp.GATEWAY, app.url(), request)))
        .isEqualTo(200);
    assertThat(RawHttp.status(RawHttp.sendFrom("127.0.0.2", app.url(), request))).isEqualTo(401);
    request[0] = "GET /api/admin/users HTTP/1.1";
    assertThat(RawHttp.status(RawHttp.sendFrom(FastApiApp.GATEWAY, app.url(), request)))
        .isEqualTo(403);
  }

  /** Fail closed, and no token is called bad. */
  @Test
  void withoutRedisTheAnswerIs503() {
    create("fast-patient");
    String token = token("alice", BOTH);
    app.tasks(token).expect(200);
    try (Person person = person()) {
      person.logIn("fast-patient");
      STACK.redis().stop();
      try {
        Response answer = app.tasks(token);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
        refused("other audience", token("alice", "openid"));
        assertThat(person.page().reload().status()).isEqualTo(503);
        assertThat(person.page().locator("main").innerText()).contains("We cannot check right now");
      } finally {
        STACK.redis().startAgain();
      }
    }
    assertThat(LocalRedis.answers(STACK.redis().port())).isTrue();
    await().atMost(Duration.ofSeconds(60)).until(() -> app.tasks(token).status() == 200);
  }

  /** B5: phone and desktop, light and dark, English and German; 320 pixels in forced colors. */
  @ParameterizedTest
  @ArgumentsSource(Looks.class)
  @EnumSource(value = Look.class, names = "PHONE_NARROW")
  void everyPageInEveryLook(Look look) {
    boolean german = look.isGerman();
    String user = "fast-" + look.name().toLowerCase(Locale.ROOT).replace('_', '-');
    create(user);
    try (Person person = person(look.options())) {
      Page page = person.page();
      page.navigate(app.at("/?ended"));
      assertThat(page.locator("html").getAttribute("lang")).isEqualTo(german ? "de" : "en");
      Inspection.inspectStrictly(page, look, "fastapi-home");
      page.navigate(app.at("/docs"));
      assertThat(page.locator("tbody tr").count()).isEqualTo(3);
      assertThat(page.locator("tbody").innerText()).contains("POST /api/tasks", "tasks:write");
      Inspection.inspectStrictly(page, look, "fastapi-docs");
      person.goToLogin();
      person.enter(user, Realm.PASSWORD);
      person.awaitTasks();
      person.add(german ? "Größere Schrauben kaufen" : "Buy larger screws");
      person.add("Donaudampfschifffahrtsgesellschaftskapitän".repeat(4));
      page.click("#tasks li:last-child button >> nth=0");
      page.waitForSelector("#tasks li.done");
      Inspection.inspectStrictly(page, look, "fastapi-tasks");
      String tooLong = "Schrauben ".repeat(21);
      page.evaluate("() => document.getElementById('title').removeAttribute('maxlength')");
      page.fill("#title", tooLong);
      page.click("#add");
      page.waitForSelector("#title-error");
      assertThat(page.inputValue("#title")).as("what was typed").isEqualTo(tooLong);
      assertThat(page.evaluate("() => document.activeElement.id")).isEqualTo("title");
      Inspection.inspectStrictly(page, look, "fastapi-tasks-error");
      assertThat(page.navigate(app.at("/no-such-page")).status()).isEqualTo(404);
      Inspection.inspectStrictly(page, look, "fastapi-error");
    }
  }

  private static String token(String user, String scope) {
    return REALM.login(user, Realm.PASSWORD, scope).expect(200).text("access_token");
  }

  private static void refused(String what, String token) {
    Response answer = app.tasks(token);
    assertThat(answer.status()).as(what).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate"))
        .as(what)
        .startsWith("Bearer ")
        .contains("error=\"invalid_token\"");
  }
}

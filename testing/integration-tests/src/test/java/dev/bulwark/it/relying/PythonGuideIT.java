package dev.bulwark.it.relying;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.LocalRedis;
import dev.bulwark.testing.FreePort;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** C1, O1, J4, K5: the commands and the code of docs/python.md, as they stand there. */
@SharedRealm
@Tag("slow")
class PythonGuideIT {

  private static final String CLIENT = "tasks-of-the-guide";
  private static final String SERVICE_SECRET = "tasks-service-dev-secret";
  private static final String ORIGIN = "https://tasks.example.org";

  private static final String CLIENT_COMMANDS =
      ShellBlock.of("docs/python.md", "1. The client at Keycloak").commands();

  /** Example of RFC 7636, appendix B. */
  private static final String VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

  private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

  private static final TestStack STACK = TestStack.get();
  private static final Realm REALM = STACK.realm();

  @TempDir private static Path folder;
  private static PythonApp app;
  private static String secret = "";

  @BeforeAll
  static void start() {
    Programs.require("curl", "curl");
    Programs.require("openssl", "openssl");
    int port = FreePort.next();
    String url = "http://127.0.0.1:" + port;
    secret = makeClient(CLIENT, url, CLIENT_COMMANDS);
    app =
        PythonApp.startMain(
            folder,
            port,
            String.join("\n", blocks("python")),
            with(
                ShellBlock.of("docs/python.md", "2. Log users in and out").commands(),
                Map.of(
                    "https://id.example.org",
                    STACK.url().toString(),
                    "https://tasks.example.org",
                    url,
                    "CLIENT_ID=tasks",
                    "CLIENT_ID=" + CLIENT,
                    "CLIENT_SECRET=…",
                    "CLIENT_SECRET=" + secret,
                    "rediss://relying-app:PASSWORD@redis.example.org:6379",
                    STACK.redis().url(),
                    "--port 8000",
                    "--port " + port)));
    String token = login("openid tasks:read").text("access_token");
    await().atMost(SOON).until(() -> orders(token).status() == 200);
  }

  @AfterAll
  static void stop() {
    if (app != null) {
      app.close();
    }
  }

  /** Returns what the last one of the commands prints: the client's secret. */
  private static String makeClient(String id, String url, String commands) {
    List<String> output =
        Commands.kcadm(folder, STACK.url(), Map.of("CLIENT_ID", id, "APP_URL", url), commands)
            .expect(0)
            .output()
            .lines()
            .toList();
    return output.get(output.size() - 1);
  }

  private static List<String> blocks(String language) {
    List<String> blocks =
        Pattern.compile("(?s)```" + language + "\n(.*?)```")
            .matcher(document())
            .results()
            .map((MatchResult block) -> block.group(1))
            .toList();
    assertThat(blocks).isNotEmpty();
    return blocks;
  }

  /** The indented block with a text. */
  private static String document() {
    return Repository.text("docs/python.md");
  }

  private static String with(String text, Map<String, String> values) {
    String result = text;
    for (Map.Entry<String, String> value : values.entrySet()) {
      assertThat(text).contains(value.getKey());
      result = result.replace(value.getKey(), value.getValue());
    }
    return result;
  }

  private static Response login(String scope) {
    return REALM.login("bob", Realm.PASSWORD, scope).expect(200);
  }

  private static Response orders(String token) {
    return Http.get(app.at("/api/orders"), "Authorization", "Bearer " + token);
  }

  @Test
  void aLoginLastsUntilKeycloakEndsIt() {
    FormBrowser browser = loggedIn("alice");
    STACK
        .admin()
        .post("/realms/app/users/" + STACK.admin().userId("alice") + "/logout", "{}")
        .expect(204);
    assertIsAskedToLogIn(browser);
    assertThat(browser.open(app.at("/login")).url()).startsWith(REALM.url());
  }

  @Test
  void aSecondLoginShowsNoPageWhileTheSessionLives() {
    FormBrowser browser = loggedIn("alice");
    FormBrowser.Page back = browser.open(app.at("/login"));
    assertThat(back.url()).startsWith(app.at("/auth/callback?"));
    assertThat(browser.open(back.url()).response().header("Location")).isEqualTo("/");
    assertThat(home(browser).status()).isEqualTo(200);
  }

  @Test
  void theLogoutEndsTheSessionAfterAQuestion() {
    FormBrowser browser = loggedIn("alice");
    FormBrowser.Page question = browser.post(app.at("/logout"), Map.of());
    assertThat(question.url()).startsWith(REALM.endpoint("logout"));
    assertIsAskedToLogIn(browser);
    assertThat(browser.passOn(question).url()).isEqualTo(app.at("/"));
    assertThat(browser.open(app.at("/login")).url()).startsWith(REALM.url());
  }

  /** Someone else's answer of Keycloak: the browser has no state of a login. */
  @Test
  void anAnswerToNoLoginOfThisBrowserIsRefused() {
    Response answer = Http.get(app.at("/auth/callback?code=c&state=s"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.body()).contains("The login did not succeed");
  }

  private static FormBrowser loggedIn(String user) {
    FormBrowser browser = new FormBrowser(STACK.url());
    assertIsAskedToLogIn(browser);
    FormBrowser.Page back =
        browser.submit(
            browser.open(app.at("/login")), Map.of("username", user, "password", Realm.PASSWORD));
    assertThat(back.url()).startsWith(app.at("/auth/callback?"));
    assertThat(browser.open(back.url()).response().header("Location")).isEqualTo("/");
    assertThat(home(browser).expect(200).text("user")).isEqualTo(STACK.admin().userId(user));
    return browser;
  }

  private static void assertIsAskedToLogIn(FormBrowser browser) {
    assertThat(home(browser).expect(303).header("Location")).isEqualTo("/login");
  }

  private static Response home(FormBrowser browser) {
    return browser.open(app.at("/")).response();
  }

  @Test
  void theApiTakesTokensWithTheScope() {
    Response tokens = login("openid tasks:read");
    String token = tokens.text("access_token");
    assertThat(orders(token).expect(200).text("owner")).isEqualTo(STACK.admin().userId("bob"));
    Response lacking = orders(login("openid tasks:write").text("access_token")).expect(403);
    assertThat(lacking.header("WWW-Authenticate")).contains("error=\"insufficient_scope\"");
    assertIsRefused(login("openid").text("access_token"));
    REALM.logout(tokens.text("refresh_token")).expect(204);
    assertIsRefused(token);
  }

  private static void assertIsRefused(String token) {
    assertThat(orders(token).expect(401).header("WWW-Authenticate"))
        .contains("error=\"invalid_token\"");
  }

  /** docs/python-tests.md, with the addresses and the secret of this server. */
  @Test
  void theTestsOfThePageOfTestsPass() throws IOException {
    String page = Repository.text("docs/python-tests.md");
    Matcher code = Pattern.compile("(?s)```python\n(.*?)```").matcher(page);
    assertThat(code.find()).isTrue();
    assertThat(page).contains("TASKS_SERVICE_SECRET=" + SERVICE_SECRET);
    Files.writeString(folder.resolve("test_orders.py"), code.group(1));
    String python =
        Programs.requirePython(Map.of("httpx", "python3-httpx", "pytest", "python3-pytest"));
    String output =
        Commands.bash(
                folder,
                Map.of(),
                "pip() { echo \"Not run: pip $*\"; }\n"
                    + "pytest() { "
                    + python
                    + " -m pytest -p no:cacheprovider \"$@\"; }\n"
                    + ShellBlock.of("docs/python-tests.md", "Tests of a Python application")
                        .commands()
                        .replace("http://localhost:8080", STACK.url().toString())
                        .replace("http://localhost:8000", app.at("")))
            .expect(0)
            .output();
    assertThat(output).contains("4 passed");
  }

  @Test
  void withoutRedisNothingIsAcceptedAndNoLoginIsLost() {
    FormBrowser browser = loggedIn("alice");
    String token = login("openid tasks:read").text("access_token");
    STACK.redis().stop();
    try {
      for (Response answer : List.of(home(browser), orders(token))) {
        assertThat(answer.expect(503).header("Retry-After")).isEqualTo("5");
      }
    } finally {
      STACK.redis().startAgain();
      assertThat(LocalRedis.answers(STACK.redis().port())).isTrue();
    }
    await().atMost(SOON).until(() -> home(browser).status() == 200);
    orders(token).expect(200);
  }

  @Test
  void keysAreTakenFromAHeaderOfOnesOwn() {
    String bob = STACK.admin().userId("bob");
    String key = key(bob, "tasks:read");
    assertThat(partner(key).expect(200).text("owner")).isEqualTo(bob);
    partner(key(bob, "tasks:write")).expect(403);
    partner(key + "x").expect(401);
    Http.get(app.at("/partner/orders")).expect(401);
  }

  /** The application's own client may not ask: nothing is said about the key. */
  @Test
  void aClientThatMayNotVerifyDoesNotMakeAKeyInvalid() {
    String key = key(STACK.admin().userId("bob"), "tasks:read");
    partner(key).expect(200);
    mayVerify(false);
    try {
      assertThat(partner(key).expect(503).header("Retry-After")).isEqualTo("5");
    } finally {
      mayVerify(true);
    }
    partner(key).expect(200);
  }

  private static void mayVerify(boolean may) {
    String path = "/realms/app/clients/" + STACK.admin().clientUuid(CLIENT);
    ObjectNode client = (ObjectNode) STACK.admin().get(path).expect(200).json();
    ((ObjectNode) client.get("attributes")).put("api-key.verify", Boolean.toString(may));
    STACK.admin().put(path, client.toString()).expect(204);
  }

  @Test
  void aKeyIsExchangedForATokenThatTheApiTakes() {
    String key = key(STACK.admin().userId("bob"), "tasks:read");
    String answer =
        Commands.bash(
                folder,
                Map.of(
                    "KEY",
                    key,
                    "CLIENT_ID",
                    CLIENT,
                    "CLIENT_SECRET",
                    secret,
                    "KEYCLOAK",
                    STACK.url().toString()),
                "curl() { command curl --silent --show-error \"$@\"; }\n"
                    + ShellBlock.of("docs/python.md", "4. API keys of your clients").commands())
            .expect(0)
            .output();
    orders(Json.parse(answer).path("access_token").asText()).expect(200);
  }

  private static Response partner(String key) {
    return Http.get(app.at("/partner/orders"), "X-My-Key", key);
  }

  private static String key(String owner, String scope) {
    return STACK
        .admin()
        .post(
            "/realms/app/api-keys",
            Json.of(
                Map.of(
                    "name", "of the guide",
                    "scopes", List.of(scope),
                    "owner", Map.of("type", "user", "id", owner))))
        .expect(201)
        .text("key");
  }

  /** The table of section 1 says what differs in the commands. */
  @Test
  void aSinglePageAppHasAPublicClient() {
    String changed = "\"publicClient\": true";
    String origins = "\"webOrigins\": [\"" + ORIGIN + "\"]";
    assertThat(document()).contains(changed, origins);
    String commands =
        CLIENT_COMMANDS
            .replace("\"publicClient\": false", changed + ", " + origins)
            .replaceFirst(",\\s*\"api-key\\.verify\"[^}]*", "");
    assertThat(commands).contains(changed).doesNotContain("api-key.");
    assertThat(makeClient("spa-of-the-guide", ORIGIN, commands)).as("a secret").isEmpty();

    String callback = ORIGIN + "/auth/callback";
    Map<String, String> client = Map.of("client_id", "spa-of-the-guide", "redirect_uri", callback);
    FormBrowser browser = new FormBrowser(STACK.url());
    FormBrowser.Page back =
        browser.submit(
            browser.open(
                REALM.endpoint("auth")
                    + "?response_type=code&scope=openid+tasks%3Aread&code_challenge_method=S256"
                    + "&code_challenge="
                    + CHALLENGE
                    + "&"
                    + Http.encode(client)),
            Map.of("username", "alice", "password", Realm.PASSWORD));
    assertThat(back.url()).startsWith(callback + "?");
    Response tokens =
        Http.postForm(
            REALM.endpoint("token"),
            Map.of(
                "grant_type",
                "authorization_code",
                "client_id",
                "spa-of-the-guide",
                "redirect_uri",
                callback,
                "code",
                back.parameter("code"),
                "code_verifier",
                VERIFIER),
            "Origin",
            ORIGIN);
    assertThat(tokens.expect(200).header("Access-Control-Allow-Origin")).isEqualTo(ORIGIN);
    orders(tokens.text("access_token")).expect(200);
  }
}

package dev.bulwark.it.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import dev.bulwark.it.database.OpenTransaction;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.password.BusyHasher;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.password.Users;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Chromium;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Totp;
import dev.bulwark.it.themes.Inspection;
import dev.bulwark.it.themes.Look;
import dev.bulwark.it.themes.Looks;
import dev.bulwark.it.themes.ThemedPages;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * P5: users whose hashes cannot be exported. A real application in Python, with the endpoint of
 * docs/move, checks each password once; the realm is the shipped one, imported by {@code
 * bulwark-migrate}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
class LegacyLoginIT {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOTP = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
  private static final int ACCOUNT_LIMIT = 10;

  /** Time for the old application to answer, in the options of the server. */
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(8);

  private static final List<String> USERS =
      List.of(
          "grant",
          "browser",
          "wrong",
          "down",
          "slow",
          "redirect",
          "garbage",
          "error",
          "disabled",
          "totp",
          "reset",
          "removed",
          "twice",
          "steady",
          "limited",
          "native",
          "renamed",
          "meanwhile",
          "overtaken",
          "unread");

  @TempDir static Path folder;

  private RedisProcess redis;
  private CheckingApplication old;
  private @Nullable PostgresProcess database;
  private DistributionServer keycloak;
  private AdminApi admin;
  private Realm realm;

  @BeforeAll
  void start() throws IOException {
    redis = RedisProcess.start();
    old = CheckingApplication.start(folder);
    USERS.forEach(user -> old.addUser(login(user), password(user)));
    String legacy = "spi-credential--legacy-login--";
    String limiter = "spi-login-rate-limiter--default--";
    ServerSpec.Builder spec =
        TestStack.manyFromOneAddress(TestStack.spec("legacy-login", redis.url()));
    if (PostgresProcess.isInstalled()) {
      database = PostgresProcess.prepared();
      database.configure(spec);
    }
    keycloak =
        DistributionServer.start(
            spec.option(limiter + "account-limit", Integer.toString(ACCOUNT_LIMIT))
                .option(legacy + "url", old.endpoint())
                .option(legacy + "request-timeout", Long.toString(REQUEST_TIMEOUT.toMillis()))
                .option(legacy + "breaker-pause", "1")
                .environment("KC_SPI_CREDENTIAL__LEGACY_LOGIN__SECRET", CheckingApplication.SECRET)
                .build());
    admin = new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
    realm = new Realm(keycloak.url(), "app");
    importUsers();
  }

  @AfterAll
  void stop() {
    if (keycloak != null) {
      keycloak.close();
    }
    if (database != null) {
      database.close();
    }
    if (old != null) {
      old.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @AfterEach
  void behave() {
    old.behave("normal");
  }

  private void importUsers() throws IOException {
    List<String> rows = new ArrayList<>();
    for (String user : USERS) {
      ObjectNode row = JSON.createObjectNode();
      row.put("username", login(user)).put("email", login(user)).put("name", user);
      row.put("password_hash", "legacy-login").put("enabled", !user.equals("disabled"));
      if (user.equals("totp")) {
        row.put("totp_secret", TOTP);
      }
      rows.add(row.toString());
    }
    Path in = Files.write(folder.resolve("users.jsonl"), rows);
    Path out = folder.resolve("out");
    assertThat(Commands.migrate("--in", in.toString(), "--out", out.toString()).expect(0).output())
        .contains("legacy-login: " + USERS.size());
    ObjectNode body = (ObjectNode) JSON.readTree(Files.readString(out.resolve("app-users-0.json")));
    body.put("ifResourceExists", "SKIP");
    admin.post("/realms/app/partialImport", body.toString()).expect(200);
  }

  /** As it is at the old application: not all in lower case. */
  private static String login(String user) {
    return "Legacy-" + user + "@example.org";
  }

  private static String password(String user) {
    return "old-battery-of-" + user;
  }

  @Test
  void theFirstLoginIsCheckedThereAndNoOtherOne() {
    String user = "grant";
    assertThat(algorithm(user)).isEqualTo("legacy-login");
    logIn(user).expect(200);
    await().untilAsserted(() -> assertThat(algorithm(user)).isEqualTo("argon2"));
    assertThat(old.asked(login(user))).isOne();
    assertThat(admin.passwordCredential(login(user)).get("credentialData").asText())
        .contains("65536")
        .doesNotContain("Legacy");
    old.behave("error");
    logIn(user).expect(200);
    // The status is 401 before Keycloak 26.6.
    assertThat(wrong(user).body()).contains("\"error\":\"invalid_grant\"");
    assertThat(old.asked(login(user))).as("not asked again").isOne();
    assertThat(metric("bulwark_legacy_login_checks_total{outcome=\"right\"")).isPositive();
    assertThat(metric("bulwark_legacy_login_stored_total{outcome=\"stored\"")).isPositive();
    assertThat(keycloak.log())
        .doesNotContain(password(user))
        .doesNotContain(CheckingApplication.SECRET);
  }

  @Test
  void theBrowserFlow() {
    try (Application application = new Application(realm, admin)) {
      FormBrowser browser = new FormBrowser(keycloak.url());
      FormBrowser.Page page = browser.open(application.login("openid tasks:read"));
      page = submit(browser, page, "browser", "wrong-battery");
      assertThat(page.response().body()).contains("Invalid username or password");
      assertThat(algorithm("browser")).isEqualTo("legacy-login");
      page = submit(browser, page, "browser", password("browser"));
      application.redeem(page.parameter("code")).expect(200);
      await().untilAsserted(() -> assertThat(algorithm("browser")).isEqualTo("argon2"));
    }
  }

  @Test
  void aUserWithAnAuthenticatorApp() {
    try (Application application = new Application(realm, admin)) {
      FormBrowser browser = new FormBrowser(keycloak.url());
      FormBrowser.Page page =
          submit(browser, browser.open(application.login("openid")), "totp", password("totp"));
      assertThat(page.response().body()).contains("kc-otp-login-form");
      await().untilAsserted(() -> assertThat(algorithm("totp")).isEqualTo("argon2"));
      page = browser.submit(page, Map.of("otp", Totp.now(TOTP)));
      application.redeem(page.parameter("code")).expect(200);
      assertThat(old.asked(login("totp"))).isOne();
    }
  }

  @Test
  void aWrongPasswordCountsAndChangesNothing() {
    Response answer = wrong("wrong").expect(400);
    assertThat(answer.text("error")).isEqualTo("invalid_grant");
    await().untilAsserted(() -> assertThat(failures("wrong")).isOne());
    assertThat(algorithm("wrong")).isEqualTo("legacy-login");
    assertThat(realm.login("nobody@example.org", "wrong-battery", "openid").body())
        .as("as for a name that nobody has")
        .isEqualTo(answer.body());
    logIn("wrong").expect(200);
  }

  @Test
  void theLimiterCountsThem() {
    for (int attempt = 0; attempt < ACCOUNT_LIMIT; attempt++) {
      assertThat(wrong("limited").status()).isNotEqualTo(429);
    }
    int asked = old.asked(login("limited"));
    wrong("limited").expect(429);
    assertThat(old.asked(login("limited"))).as("a refused attempt is not asked").isEqualTo(asked);
  }

  @Test
  void whileTheApplicationIsDownNobodyIsToldThatThePasswordIsWrong() {
    logIn("native").expect(200);
    await().untilAsserted(() -> assertThat(algorithm("native")).isEqualTo("argon2"));
    old.stop();
    try (Application application = new Application(realm, admin)) {
      for (int attempt = 0; attempt < 4; attempt++) {
        assertUnavailable(logIn("down"));
      }
      assertThat(failures("down")).as("no failure of the user").isZero();
      assertThat(events("password_check_unavailable"))
          .anySatisfy(event -> assertThat(event.toString()).containsIgnoringCase("legacy-down"));
      FormBrowser browser = new FormBrowser(keycloak.url());
      FormBrowser.Page page = browser.open(application.login("openid"));
      Response refused =
          browser.submitOnly(page, Map.of("username", login("down"), "password", password("down")));
      assertThat(refused.expect(503).body())
          .contains("kc-login-unavailable")
          .doesNotContain("legacy-down");
      look(refused);

      assertUnavailable(realm.login("nobody@example.org", "wrong-battery", "openid"));
      assertUnavailable(wrong("native"));
      await()
          .untilAsserted(
              () -> assertThat(failures("native")).as("a wrong one counts as ever").isOne());
      logIn("native").expect(200);
      assertThat(metric("bulwark_legacy_login_circuit_open")).isOne();
    } finally {
      old.startAgain();
      USERS.forEach(user -> old.addUser(login(user), password(user)));
    }
    // Each attempt counts at the limiter.
    await()
        .pollInterval(Duration.ofSeconds(2))
        .atMost(Duration.ofSeconds(60))
        .untilAsserted(() -> logIn("down").expect(200));
    wrong("native").expect(400);
    assertThat(keycloak.log())
        .contains("gave no reliable answer (connection")
        .doesNotContain(password("down"));
  }

  @Test
  void aSlowApplicationHoldsNobodyForLong() {
    old.behave("slow");
    long start = System.nanoTime();
    assertUnavailable(logIn("slow"));
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(REQUEST_TIMEOUT, REQUEST_TIMEOUT.multipliedBy(8));
    assertThat(failures("slow")).isZero();
    old.behave("normal");
    logIn("slow").expect(200);
  }

  @Test
  void aRedirectIsNotFollowed() {
    old.behave("redirect");
    assertUnavailable(logIn("redirect"));
    assertThat(old.asked("elsewhere")).isZero();
    assertThat(algorithm("redirect")).isEqualTo("legacy-login");
  }

  @Test
  void anOddAnswerIsNeitherRightNorWrong() {
    for (String mode : List.of("garbage", "error")) {
      old.behave(mode);
      assertUnavailable(logIn(mode));
      assertThat(failures(mode)).isZero();
      assertThat(algorithm(mode)).isEqualTo("legacy-login");
    }
  }

  @Test
  void aDisabledUserStaysOut() {
    logIn("disabled").expect(400);
    try (Application application = new Application(realm, admin)) {
      FormBrowser browser = new FormBrowser(keycloak.url());
      FormBrowser.Page page =
          submit(
              browser, browser.open(application.login("openid")), "disabled", password("disabled"));
      assertThat(page.url()).doesNotStartWith(application.url());
      assertThat(page.response().body()).contains("disabled");
    }
  }

  @Test
  void aPasswordThatIsSetMeanwhileEndsIt() {
    admin
        .put(
            "/realms/app/users/" + admin.userId(login("reset")) + "/reset-password",
            """
            {"type": "password", "value": "another-dev-battery", "temporary": false}
            """)
        .expect(204);
    realm.login(login("reset"), "another-dev-battery", "openid").expect(200);
    logIn("reset").expect(400);
    assertThat(old.asked(login("reset"))).isZero();
  }

  @Test
  void aPasswordThatIsSetDuringTheCheckEndsIt() {
    old.behave("hold");
    CompletableFuture<Response> login = CompletableFuture.supplyAsync(() -> logIn("meanwhile"));
    await().until(() -> old.asked(login("meanwhile")) == 1);
    admin
        .put(
            "/realms/app/users/" + admin.userId(login("meanwhile")) + "/reset-password",
            """
            {"type": "password", "value": "another-dev-battery", "temporary": false}
            """)
        .expect(204);
    old.behave("normal");
    login.join().expect(400);
    realm.login(login("meanwhile"), "another-dev-battery", "openid").expect(200);
    logIn("meanwhile").expect(400);
  }

  /** The hash of the old password waits for its turn, and a reset comes first. */
  @Test
  void aPasswordThatIsSetBeforeTheHashIsReadyStays() {
    AdminApi fresh =
        new AdminApi(keycloak.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
    String id = fresh.userId(login("overtaken"));
    try (BusyHasher hasher = new BusyHasher(keycloak, fresh)) {
      hasher.keepBusy(5);
      CompletableFuture<Response> login = hasher.start(() -> logIn("overtaken"));
      hasher.awaitLogin(id);
      new Users(fresh).replaceHash(login("overtaken"), Users.pbkdf2("another-dev-battery"));
      assertThat(login).as("the login, whose hash still waits").isNotDone();
      login.join().expect(200);
    }
    logIn("overtaken").expect(400);
    realm.login(login("overtaken"), "another-dev-battery", "openid").expect(200);
    assertThat(metric("bulwark_legacy_login_stored_total{outcome=\"superseded\"")).isPositive();
  }

  /** The connection is lost by which the stored password is read once more after the check. */
  @Test
  void aDatabaseThatGivesNoAnswerIsNoWrongPassword() {
    Assumptions.assumeTrue(database != null, "PostgreSQL");
    PostgresProcess postgres = Objects.requireNonNull(database);
    // By its id: the counts of all passwords read the same table.
    String waiting =
        " FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            + " AND query ILIKE '%credential%where%.id=$1%'";
    // From now on Keycloak's cache has the user with the pending password.
    wrong("unread").expect(400);
    CompletableFuture<Response> login;
    try (OpenTransaction lock = postgres.hold("LOCK TABLE credential IN ACCESS EXCLUSIVE MODE")) {
      assertThat(lock).isNotNull();
      login = CompletableFuture.supplyAsync(() -> logIn("unread"));
      await().until(() -> login.isDone() || !postgres.sql("SELECT pid" + waiting).isEmpty());
      assertThat(old.asked(login("unread"))).as("it waits behind the check").isEqualTo(2);
      postgres.sql("SELECT pg_terminate_backend(pid)" + waiting);
    }
    assertUnavailable(login.join());
    assertThat(failures("unread")).as("that of the wrong password").isOne();
    assertThat(metric("bulwark_legacy_login_checks_total{outcome=\"database\"")).isOne();
    logIn("unread").expect(200);
  }

  @Test
  void aPasswordThatIsRemovedIsNotAskedFor() {
    String id = admin.userId(login("removed"));
    admin
        .delete(
            "/realms/app/users/"
                + id
                + "/credentials/"
                + admin.passwordCredential(login("removed")).get("id").asText())
        .expect(204);
    logIn("removed").expect(400);
    assertThat(old.asked(login("removed"))).isZero();
  }

  /** Whoever gets the address of somebody else does not get the other's password with it. */
  @Test
  void anotherAddressAsksAboutTheSameUser() {
    String path = "/realms/app/users/" + admin.userId(login("renamed"));
    ObjectNode user = (ObjectNode) admin.get(path).expect(200).json();
    user.put("email", "somebody-else@example.org");
    admin.put(path, user.toString()).expect(204);
    old.addUser("somebody-else@example.org", "battery-of-somebody-else");
    realm.login("somebody-else@example.org", "battery-of-somebody-else", "openid").expect(400);
    realm.login("somebody-else@example.org", password("renamed"), "openid").expect(200);
  }

  @Test
  void twoFirstLoginsAtOnceBothSucceed() {
    Supplier<Response> login = () -> logIn("twice");
    List<CompletableFuture<Response>> both =
        List.of(CompletableFuture.supplyAsync(login), CompletableFuture.supplyAsync(login));
    both.forEach(one -> one.join().expect(200));
    await().untilAsserted(() -> assertThat(algorithm("twice")).isEqualTo("argon2"));
    logIn("twice").expect(200);
  }

  /** The time of an answer does not tell whose password the old application checks (L3). */
  @Test
  void aNameThatNobodyHasTakesAsLong() {
    old.behave("steady");
    // More than half of the checks that the server remembers.
    for (int attempt = 0; attempt < 8; attempt++) {
      wrong("steady").expect(400);
    }
    long start = System.nanoTime();
    realm.login("nobody-steady@example.org", "wrong-battery", "openid").expect(400);
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isGreaterThanOrEqualTo(Duration.ofMillis(400));
  }

  private FormBrowser.Page submit(
      FormBrowser browser, FormBrowser.Page page, String user, String password) {
    return browser.submit(page, Map.of("username", login(user), "password", password));
  }

  private Response logIn(String user) {
    return realm.login(login(user), password(user), "openid");
  }

  private Response wrong(String user) {
    return realm.login(login(user), "wrong-battery", "openid");
  }

  /** B5: the page for that time, in every look. */
  private void look(Response unavailable) {
    try (Chromium chromium = Chromium.launch()) {
      for (Look look : Stream.concat(Looks.all(), Stream.of(Look.PHONE_NARROW)).toList()) {
        try (BrowserContext context = chromium.newContext(look.options())) {
          Page page = context.newPage();
          ThemedPages.show(page, keycloak.url() + "/realms/app/unavailable", unavailable.body());
          Inspection.inspectStrictly(page, look, "login-unavailable");
        }
      }
    }
  }

  private static void assertUnavailable(Response answer) {
    assertThat(answer.expect(503).text("error")).isEqualTo("temporarily_unavailable");
    assertThat(answer.text("error_description")).contains("cannot be checked");
    assertThat(answer.header("Retry-After")).isEqualTo("1");
  }

  private String algorithm(String user) {
    try {
      return JSON.readTree(admin.passwordCredential(login(user)).get("credentialData").asText())
          .get("algorithm")
          .asText();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** What Keycloak's brute-force detection has counted. */
  private int failures(String user) {
    return admin
        .get("/realms/app/attack-detection/brute-force/users/" + admin.userId(login(user)))
        .expect(200)
        .json()
        .get("numFailures")
        .asInt();
  }

  private List<JsonNode> events(String error) {
    List<JsonNode> events = new ArrayList<>();
    admin
        .get("/realms/app/events?type=LOGIN_ERROR&max=200")
        .expect(200)
        .json()
        .forEach(
            event -> {
              if (error.equals(event.path("error").asText())) {
                events.add(event);
              }
            });
    return events;
  }

  private double metric(String name) {
    return Http.get(keycloak.managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }
}

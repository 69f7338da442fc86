package dev.bulwark.it.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Application;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.Programs;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/**
 * P4, P5, K1, K8, T1, T3, R1, R5, J4: docs/move followed step by step, for a FastAPI application
 * with a PostgreSQL database and a Redis of its own, and then back. The first method moves it; the
 * others look at the code of the guide.
 */
@SharedRealm
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Tag("slow")
class MoveGuideIT {

  private static final TestStack STACK = TestStack.get();
  private static final AdminApi ADMIN = STACK.admin();
  private static final Realm REALM = STACK.realm();
  private static final int OLD_TOKEN_SECONDS = 900;
  private static final String APP_URL = "http://localhost:15000";

  /** The old application's database in the same Redis as Keycloak's. */
  private static final int OLD_REDIS = 1;

  /** A database of that Redis that nobody feeds. */
  private static final int EMPTY_REDIS = 5;

  @TempDir static Path folder;

  private static OldApplication old;
  private static Application application;
  private static Jedis oldRedis;
  private static Jedis redis;
  private static String clientSecret = "";

  /** Apps of the users, which give each code once. */
  private final Map<String, Authenticator> apps = new HashMap<>();

  @BeforeAll
  static void start() {
    for (String program : List.of("bash", "psql", "redis-cli", "jq", "curl")) {
      Programs.require(program);
    }
    old = OldApplication.start(folder, STACK.redis().url() + "/" + OLD_REDIS);
    application = new Application(REALM, ADMIN);
    redis = new Jedis("127.0.0.1", STACK.redis().port());
    oldRedis = new Jedis("127.0.0.1", STACK.redis().port());
    oldRedis.select(OLD_REDIS);
  }

  @AfterAll
  static void stop() {
    if (oldRedis != null) {
      oldRedis.flushDB();
      oldRedis.close();
      redis.close();
    }
    if (application != null) {
      application.close();
    }
    if (old != null) {
      old.close();
    }
  }

  private static Shell shell(Path work, Map<String, String> more) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("KEYCLOAK", STACK.url().toString());
    environment.put("ADMIN_USERNAME", TestStack.ADMIN_USERNAME);
    environment.put("ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD);
    environment.put("OLD_DATABASE", old.uri());
    environment.put("OLD_REDIS", STACK.redis().url() + "/" + OLD_REDIS);
    environment.put("REDIS", STACK.redis().url());
    environment.put("APP_URL", APP_URL);
    environment.put("WORK", work.toString());
    environment.putAll(more);
    return new Shell(environment);
  }

  @Test
  @Order(1)
  void nobodyLosesAPasswordAFactorAKeyOrARevocation() throws Exception {
    Path work = folder.resolve("work");
    Shell shell = shell(work, Map.of());
    oldSessionsAndBlacklist();

    long begin = System.nanoTime();
    shell.step("1. Prepare the realm").expect(0);
    clientSecret = makeClient();
    rehearseWithRowsThatAreRefused(shell);
    String before = old.contents();
    assertThat(shell.step("4. Import").expect(0).output())
        .as("nobody was there")
        .contains("{\"users\":%1$d,\"added\":%1$d,\"skipped\":0}".formatted(old.users().size()))
        .contains("{\"services\":3,\"added\":3,\"skipped\":0}", "3 rows: 3 created, 0 unchanged");
    assertThat(shell.step("4. Import").expect(0).output())
        .as("twice is safe")
        .contains("{\"users\":%1$d,\"added\":0,\"skipped\":%1$d}".formatted(old.users().size()))
        .contains("{\"services\":3,\"added\":0,\"skipped\":3}", "3 rows: 0 created, 3 unchanged");
    whoIsWho(shell);
    theBlacklist(shell);
    String cutOver = theSessionsEnd(shell);
    assertThat(work).as("hashes and secrets are not left behind").doesNotExist();
    assertThat(old.contents()).isEqualTo(before);

    long cutOverDone = System.nanoTime();
    everybodyLogsInAndIsAskedForNothing();
    tellTimes(begin, cutOverDone);
    accountsAtProvidersAreThere();
    backupCodesWorkOnceInAnyOrder();
    everyKeyIsGood();
    assertThat(old.contents()).isEqualTo(before);
    old.login(old.user("two names"), null).expect(200);
    back(cutOver);
  }

  /** By the commands of the Python guide, the last of which prints the secret. */
  private static String makeClient() {
    List<String> output =
        Commands.kcadm(
                folder,
                STACK.url(),
                Map.of("CLIENT_ID", "tasks", "APP_URL", APP_URL),
                String.join("\n", Guide.of("python").blocks("1. The client at Keycloak", "sh")))
            .expect(0)
            .output()
            .lines()
            .toList();
    return output.get(output.size() - 1);
  }

  /** The figures that the guide tells. */
  private static void tellTimes(long begin, long cutOverDone) {
    System.out.printf(
        "docs/move: steps 1 to 7, some of them twice, took %d s; the first logins of %d users %d s%n",
        Duration.ofNanos(cutOverDone - begin).toSeconds(),
        old.users().size(),
        Duration.ofNanos(System.nanoTime() - cutOverDone).toSeconds());
  }

  private static void oldSessionsAndBlacklist() {
    oldRedis.set("session:one", "{}");
    oldRedis.hset("session:two", "user", "1");
    oldRedis.set("sessions-of-another-kind", "stays");
    oldRedis.set("revoked:first", "true", SetParams.setParams().ex(300));
    oldRedis.hset("revoked:second", "reason", "logout");
    oldRedis.expire("revoked:second", 300);
    oldRedis.set("revoked:endless", "1");
    oldRedis.set("revoked:known-longer", "1", SetParams.setParams().ex(300));
    redis.set("revoked:known-longer", "1", SetParams.setParams().ex(600));
    oldRedis.set("revoked:with blank", "1", SetParams.setParams().ex(300));
    oldRedis.set("revoked:quo\"te", "1", SetParams.setParams().ex(300));
    oldRedis.set("revoked:" + "x".repeat(256), "1", SetParams.setParams().ex(300));
  }

  private static void rehearseWithRowsThatAreRefused(Shell shell) {
    old.sql(
        "INSERT INTO users (email, name, hashed_password)"
            + " VALUES ('mallory@example.org', 'Mallory', 'own$salt$0123456789abcdef')");
    assertThat(shell.step("2. Export").expect(0).output())
        .contains("column that is not exported: users.created_at")
        .containsOnlyOnce("column that is not exported")
        .contains("API keys: 14 of users, 3 of no user (keys.jsonl), 0 of users who are gone");
    assertThat(shell.step("3. Convert").expect(2).output())
        .contains("line 2: role 'editor' is not in the realm")
        .contains("line " + (old.users().size() + 1) + ": password_hash: it is in no known form")
        .contains("2 refused")
        .contains("ATTENTION: users who cannot log in, because their provider is disabled")
        .contains("in the realm: github 2, google 1")
        .doesNotContain("0123456789abcdef");
    switchOn("google", "github");
    old.sql("DELETE FROM users WHERE email = 'mallory@example.org'");
    shell.step("Missing roles and scopes").expect(0);

    shell.step("2. Export").expect(0);
    String report = shell.step("3. Convert").expect(0).output();
    int all = old.users().size();
    assertThat(all).isGreaterThanOrEqualTo(30);
    assertThat(report)
        .contains(all + " rows: " + all + " converted, 0 refused")
        .contains("names: 33 first and last name, 4 one name, 4 none")
        .contains("0 verified by the input, " + (all - 3) + " verified by default")
        .contains("without an e-mail address: 3")
        .contains("with a non-ASCII e-mail address (the mail server must take SMTPUTF8): 1")
        .contains("disabled: 2")
        .contains("accounts at identity providers: github 2, google 2")
        .contains("users who log in at a provider and have no password: 3")
        .contains("roles: admin 1, editor 1")
        .contains("with TOTP: 4, API keys: 14")
        .contains("recovery codes: 33 of 4 users")
        .contains("recovery codes are left out, because they have no TOTP: 1")
        .contains("API keys that are inactive: 1")
        .contains("API keys with a request count: 1")
        .contains("3 rows: 3 of the right form")
        .doesNotContain("ATTENTION", "without scopes");
    assertThat(ADMIN.get("/realms/app/users?username=chief").expect(200).json())
        .as("a rehearsal leaves Keycloak alone")
        .isEmpty();
  }

  private static void switchOn(String... providers) {
    for (String provider : providers) {
      String path = "/realms/app/identity-provider/instances/" + provider;
      ObjectNode settings = (ObjectNode) ADMIN.get(path).expect(200).json();
      ADMIN.put(path, settings.put("enabled", true).toString()).expect(204);
    }
  }

  private static void whoIsWho(Shell shell) {
    for (int time = 0; time < 2; time++) {
      assertThat(shell.step("5. Old and new user ids").expect(0).output())
          .contains("0 users without a sub");
    }
    for (OldUser user : old.users()) {
      String id = ADMIN.userId(user.login());
      assertThat(sub(user)).as(user.kind()).isEqualTo(id);
      Set<String> roles = new TreeSet<>(roles(id));
      roles.retainAll(Set.of("admin", "editor", "user"));
      assertThat(roles)
          .as(user.kind())
          .isEqualTo(user.role().equals("user") ? Set.of() : Set.of(user.role()));
    }
  }

  private static String sub(OldUser user) {
    return old.sql("SELECT sub FROM users WHERE id = " + user.id());
  }

  private static List<String> roles(String user) {
    return ADMIN
        .get("/realms/app/users/" + user + "/role-mappings/realm")
        .expect(200)
        .json()
        .findValuesAsText("name");
  }

  private static void theBlacklist(Shell shell) {
    String said = shell.step("6. The blacklist").expect(0).output();
    assertThat(said.lines().filter(line -> line.startsWith("left out: "))).hasSize(3);
    assertThat(said).contains("3 of 7 ids of revoked:* copied");
    assertThat(shell.step("6. The blacklist").expect(0).output()).contains("0 of 7 ids");
    for (String jti : List.of("first", "second", "endless", "known-longer")) {
      assertThat(redis.get("revoked:" + jti)).as(jti).isEqualTo("1");
      assertThat(oldRedis.exists("revoked:" + jti)).as("stays").isTrue();
    }
    assertThat(redis.ttl("revoked:first")).isBetween(200L, 300L);
    assertThat(redis.ttl("revoked:second")).isBetween(200L, 300L);
    assertThat(redis.ttl("revoked:endless")).isBetween(800L, (long) OLD_TOKEN_SECONDS);
    assertThat(redis.ttl("revoked:known-longer")).as("never shortened").isBetween(500L, 600L);
    assertThat(redis.exists("revoked:with blank", "revoked:with", "revoked:quo\"te")).isZero();
    assertThat(redis.exists("revoked:" + "x".repeat(256))).isFalse();

    // Another prefix, and one that no key has.
    oldRedis.set("blacklist:other", "1", SetParams.setParams().ex(300));
    for (Map.Entry<String, String> prefix :
        Map.of("blacklist:", "1 of 1 ids", "denied:", "0 of 0 ids of denied:*").entrySet()) {
      Path work = folder.resolve("prefix");
      assertThat(
              shell(work, Map.of("OLD_BLACKLIST", prefix.getKey()))
                  .step("6. The blacklist")
                  .expect(0)
                  .output())
          .contains(prefix.getValue());
    }
    assertThat(redis.exists("revoked:other")).isTrue();
  }

  /** The moment that the step tells, for the way back. */
  private static String theSessionsEnd(Shell shell) {
    String said = shell.step("7. End the sessions").expect(0).output();
    assertThat(said).contains("2 sessions ended");
    assertThat(oldRedis.exists("session:one", "session:two")).isZero();
    assertThat(oldRedis.get("sessions-of-another-kind")).isEqualTo("stays");
    assertThat(oldRedis.exists("revoked:first")).isTrue();
    Matcher moment = Pattern.compile("SINCE=(\\d{13})").matcher(said);
    assertThat(moment.find()).as(said).isTrue();
    return moment.group(1);
  }

  /** With password and code, as at the old application, and not one page more. */
  private void everybodyLogsInAndIsAskedForNothing() {
    for (OldUser user : old.users()) {
      if (!user.hasPassword()) {
        continue;
      }
      Newcomer newcomer = new Newcomer(application);
      FormBrowser.Page page = newcomer.signIn(user.login(), password(user));
      if (user.totp() != null) {
        page = newcomer.enterCode(page, app(user).code());
      }
      assertThat(page.parameters())
          .as("%s is asked for something: %s", user, page.response().body())
          .containsKey("code");
      JsonNode claims =
          Realm.claims(application.redeem(page.parameter("code")).expect(200).text("access_token"));
      assertThat(claims.get("sub").asText())
          .as("what the old tables know by now")
          .isEqualTo(sub(user));
      assertThat(claims.path("name").asText("")).as(user.kind()).isEqualTo(user.shownName());
    }
    for (OldUser user :
        List.of(
            old.user("disabled"),
            old.user("neither active nor disabled"),
            old.user("Google alone"))) {
      assertThat(new Newcomer(application).signIn(user.login(), "correct-old-battery").parameters())
          .as(user.kind())
          .doesNotContainKey("code");
    }
    OldUser ann = old.user("two names");
    assertThat(new Newcomer(application).signIn(ann.login(), "wrong").parameters())
        .doesNotContainKey("code");
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(
            () ->
                assertThat(
                        ADMIN
                            .get("/realms/app/password-hashes")
                            .expect(200)
                            .json()
                            .get("legacy")
                            .asInt())
                    .as("all are argon2 by now")
                    .isZero());
  }

  private static String password(OldUser user) {
    return Objects.requireNonNull(user.password());
  }

  private Authenticator app(OldUser user) {
    return apps.computeIfAbsent(
        user.login(), login -> new Authenticator(Objects.requireNonNull(user.totp())));
  }

  private static void accountsAtProvidersAreThere() {
    for (OldUser user : old.users()) {
      JsonNode identities =
          ADMIN
              .get("/realms/app/users/" + ADMIN.userId(user.login()) + "/federated-identity")
              .expect(200)
              .json();
      if (user.provider() == null) {
        assertThat(identities).as(user.kind()).isEmpty();
      } else {
        assertThat(identities.get(0).get("identityProvider").asText()).isEqualTo(user.provider());
        assertThat(identities.get(0).get("userId").asText()).isEqualTo(user.providerId());
      }
    }
  }

  private static void backupCodesWorkOnceInAnyOrder() {
    OldUser cody = old.user("app and codes");
    for (String code : List.of(cody.codes().get(6), cody.codes().get(2))) {
      assertThat(withBackupCode(cody, code).parameters()).containsKey("code");
      assertThat(withBackupCode(cody, code).parameters())
          .as("a second time")
          .doesNotContainKey("code");
    }
    assertThat(withBackupCode(cody, "00000000").parameters()).doesNotContainKey("code");
    OldUser few = old.user("three codes left");
    FormBrowser.Page page = withBackupCode(few, few.codes().get(1));
    assertThat(page.response().body())
        .as("new codes are offered where few are left")
        .contains("kc-recovery-codes");
  }

  private static FormBrowser.Page withBackupCode(OldUser user, String code) {
    Newcomer newcomer = new Newcomer(application);
    return newcomer.enterBackupCode(newcomer.signIn(user.login(), password(user)), code);
  }

  private static void everyKeyIsGood() {
    int keys = 0;
    for (OldUser user : old.users()) {
      for (String key : user.keys()) {
        if (!user.active()) {
          verify(key).expect(403);
          continue;
        }
        keys++;
        Response answer = verify(key).expect(200);
        assertThat(answer.header("X-Auth-Subject")).isEqualTo(sub(user));
        assertThat(answer.header("X-Auth-Scopes").split(" "))
            .containsExactlyInAnyOrder("tasks:read", "tasks:write");
      }
    }
    assertThat(keys).isEqualTo(12);
    for (String key : old.serviceKeys()) {
      assertThatServiceMay(key, "service-\\d+");
    }
    old.retiredKeys().forEach(key -> verify(key).expect(403));
    JsonNode used = null;
    for (JsonNode key :
        ADMIN
            .get("/realms/app/api-keys?owner=user:" + ADMIN.userId("used@example.org"))
            .expect(200)
            .json()) {
      used = key.get("name").asText().equals("busy") ? key : used;
    }
    assertThat(Objects.requireNonNull(used).get("requestCount").asLong()).isBetween(1234L, 1235L);
    assertThat(used.get("createdAt").asText()).startsWith("2025-01-31T12:00:00");
  }

  private static void assertThatServiceMay(String key, String client) {
    Response answer = verify(key).expect(200);
    assertThat(answer.header("X-Auth-Client")).matches(client);
    assertThat(answer.header("X-Auth-Scopes").split(" "))
        .containsExactlyInAnyOrder("tasks:read", "tasks:write");
    Http.postForm(
            REALM.endpoint("token"),
            Map.of("grant_type", "tag:bulwark.dev,2026:grant-type:api-key", "scope", "tasks:read"),
            "Authorization",
            Realm.basic("tasks", clientSecret),
            "X-API-Key",
            key)
        .expect(200);
  }

  /**
   * The tables of another application: other names, a list inside a text, no time of creation, keys
   * that have no owner at all. What an operator has to set for them beside the addresses is
   * counted.
   */
  @Test
  @Order(5)
  void anApplicationOfAnotherShapeIsMovedWithAtMostTwoEdits() throws Exception {
    Map<String, String> edits = Map.of("OLD_KEYS", "api_clients");
    assertThat(edits).hasSizeLessThanOrEqualTo(2);
    old.sql(
        """
        CREATE SCHEMA shape;
        CREATE TABLE shape.users AS SELECT id, email, name, hashed_password, role, is_active, oauth_provider, oauth_id,
            totp_secret, totp_enabled AS two_factor_enabled, backup_codes::text, 'de' AS language FROM users;
        CREATE TABLE shape.api_clients AS SELECT n AS id, 'partner ' || n AS name, n < 1003 AS is_active,
            encode(sha256(convert_to('atk_key-of-the-partner-number-' || n, 'UTF8')), 'hex') AS key_hash
            FROM generate_series(1001, 1003) n
        """);
    Path work = folder.resolve("shape");
    Map<String, String> environment = new HashMap<>(edits);
    environment.put("OLD_DATABASE", old.uri() + "?options=-csearch_path%3Dshape");
    Shell shell = shell(work, environment);
    assertThat(shell.step("2. Export").expect(0).output())
        .contains("column that is not exported: users.language")
        .containsOnlyOnce("column that is not exported")
        .contains("API keys: 0 of users, 3 of no user (keys.jsonl), 0 of users who are gone");
    assertThat(shell.step("3. Convert").expect(0).output())
        .contains(" 0 refused", "with TOTP: 4, API keys: 0", "recovery codes: 33 of 4 users")
        .contains("3 rows: 3 of the right form")
        .doesNotContain("ATTENTION");
    Path sameUsers = folder.resolve("same");
    Shell same = shell(sameUsers, Map.of());
    same.step("2. Export").expect(0);
    same.step("3. Convert").expect(0);
    assertThat(withoutKeys(work)).isEqualTo(withoutKeys(sameUsers)).hasSize(old.users().size());

    assertThat(shell.step("4. Import").expect(0).output())
        .contains("{\"services\":3,\"added\":3,\"skipped\":0}", "3 rows: 3 created");
    for (int n = 1001; n < 1003; n++) {
      assertThatServiceMay("atk_key-of-the-partner-number-" + n, "service-" + n);
    }
    verify("atk_key-of-the-partner-number-1003").expect(403);
  }

  private static List<JsonNode> withoutKeys(Path work) throws IOException {
    List<JsonNode> users = new ArrayList<>();
    JsonNode file = Json.parse(Files.readString(work.resolve("out").resolve("app-users-0.json")));
    for (JsonNode user : file.get("users")) {
      for (Iterator<JsonNode> credentials = user.get("credentials").iterator();
          credentials.hasNext(); ) {
        if (credentials.next().get("type").asText().equals("api-key")) {
          credentials.remove();
        }
      }
      users.add(user);
    }
    return users;
  }

  /** Who did something at Keycloak since the cut-over, and who only logged in. */
  private void back(String cutOver) {
    OldUser careful = old.user("used keys");
    OldUser changed = old.user("one word");
    String token = grant(careful).text("access_token");
    Response keys =
        Http.get(REALM.url() + "/api-keys", "Authorization", "Bearer " + token).expect(200);
    String key = keys.json().get(0).get("id").asText();
    Http.send(
            Http.request(REALM.url() + "/api-keys/" + key)
                .header("Authorization", "Bearer " + token)
                .method("DELETE", HttpRequest.BodyPublishers.noBody()))
        .expect(204);
    ADMIN
        .put(
            "/realms/app/users/" + ADMIN.userId(changed.login()) + "/reset-password",
            Json.object("type", "password", "temporary", false, "value", "a-new-battery"))
        .expect(204);

    String said =
        shell(folder.resolve("back"), Map.of("SINCE", cutOver)).step("Back out").expect(0).output();
    assertThat(said)
        .contains("REMOVE_CREDENTIAL\t" + ADMIN.userId(careful.login()) + "\tapi-key\trevoked")
        .contains("ACTION\tUSER\tusers/" + ADMIN.userId(changed.login()) + "/reset-password")
        .doesNotContain(ADMIN.userId("ann@example.org"));
  }

  /** By the password grant, which asks for a complete account too. */
  private static Response grant(OldUser user) {
    return REALM.login(user.login(), password(user), "openid").expect(200);
  }

  /** A file that Keycloak rejects must not go unseen among those that it takes. */
  @Test
  @Order(4)
  void theImportEndsAtAFileThatIsRejected() throws Exception {
    Path work = folder.resolve("broken");
    Path out = Files.createDirectories(work.resolve("out"));
    Files.writeString(out.resolve("app-users-0.json"), Json.object("users", "none"));
    Files.writeString(
        out.resolve("app-users-1.json"),
        Json.object("users", List.of(Map.of("username", "never-imported"))));
    Files.writeString(work.resolve("keys.jsonl"), "");
    assertThat(shell(work, Map.of()).step("4. Import").output())
        .contains("failed: " + out.resolve("app-users-0.json"))
        .doesNotContain("{\"users\":");
    assertThat(ADMIN.get("/realms/app/users?username=never-imported").expect(200).json()).isEmpty();
  }

  /**
   * The Python code: the old application issues and revokes, the new code accepts what both have
   * issued, and nothing that either has revoked.
   */
  @Test
  @Order(2)
  void theCodeAcceptsTokensOfBothForATime() throws Exception {
    OldUser ann = old.user("two names");
    long now = System.currentTimeMillis() / 1000;
    try (PythonCode after = after(now + OLD_TOKEN_SECONDS, 0);
        PythonCode later = after(now - 1, 0);
        PythonCode unfed = after(now + OLD_TOKEN_SECONDS, EMPTY_REDIS)) {
      JsonNode kept = old.login(ann, null).expect(200).json();
      JsonNode ended = old.login(ann, null).expect(200).json();
      String good = kept.get("access_token").asText();
      String bad = ended.get("access_token").asText();
      assertThat(after.ask(bad + " tasks:read")).isEqualTo("accepted " + ann.id());
      assertThat(after.ask(bad + " admin")).isEqualTo("403 insufficient_scope");
      String withoutScopes = oldToken(ann, now);
      assertThat(after.ask(withoutScopes)).isEqualTo("accepted " + ann.id());
      assertThat(after.ask(withoutScopes + " tasks:read")).isEqualTo("403 insufficient_scope");
      old.logout(ended);
      old.tasks(bad).expect(401);
      assertThat(shell(folder.resolve("work"), Map.of()).step("6. The blacklist").output())
          .contains("2 of ");
      assertThat(after.ask(good)).isEqualTo("accepted " + ann.id());
      assertThat(after.ask(bad)).as("revoked by the old one").isEqualTo("401 invalid_token");
      assertThat(after.ask(kept.get("refresh_token").asText()))
          .as("an old refresh token")
          .isEqualTo("401 invalid_token");
      assertThat(later.ask(good)).as("the transition is over").isEqualTo("401 invalid_token");
      assertThat(unfed.ask(good)).as("Redis cannot tell").isEqualTo("503 None");

      JsonNode tokens = REALM.login("alice", Realm.PASSWORD, "openid tasks:read").json();
      String access = tokens.get("access_token").asText();
      String alice = ADMIN.userId("alice");
      assertThat(after.ask(access + " tasks:read")).isEqualTo("accepted " + alice);
      assertThat(later.ask(access)).isEqualTo("accepted " + alice);
      assertThat(unfed.ask(access)).isEqualTo("503 None");
      for (String other : List.of("id_token", "refresh_token")) {
        assertThat(after.ask(tokens.get(other).asText())).isEqualTo("401 invalid_token");
      }
      assertThat(after.ask(REALM.login("alice").text("access_token")))
          .as("audience")
          .isEqualTo("401 invalid_token");
      for (String forged : forgeries(access, good)) {
        assertThat(after.ask(forged)).as(forged).isEqualTo("401 invalid_token");
      }
      REALM.revoke(access).expect(200);
      assertThat(after.ask(access)).as("revoked by Keycloak").isEqualTo("401 invalid_token");
    }
  }

  /** With {@code "scopes": null}, as an application writes it that leaves them out. */
  private static String oldToken(OldUser user, long now) throws GeneralSecurityException {
    String claims =
        Json.object(
            "sub",
            Integer.toString(user.id()),
            "iat",
            now,
            "exp",
            now + OLD_TOKEN_SECONDS,
            "jti",
            "without-scopes",
            "type",
            "access",
            "scopes",
            null);
    Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
    String signed =
        encoder.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8))
            + "."
            + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8));
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(
        new SecretKeySpec(OldApplication.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return signed
        + "."
        + encoder.encodeToString(mac.doFinal(signed.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<String> forgeries(String access, String oldToken) {
    String[] parts = access.split("\\.", -1);
    String[] oldParts = oldToken.split("\\.", -1);
    String none =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString("{\"alg\":\"none\",\"typ\":\"JWT\"}".getBytes(StandardCharsets.UTF_8));
    return List.of(
        none + "." + parts[1] + ".",
        oldParts[0] + "." + parts[1] + "." + oldParts[2],
        parts[0] + "." + oldParts[1] + "." + parts[2],
        parts[0] + "." + parts[1] + ".",
        "x",
        "x.y.z");
  }

  private static PythonCode after(long oldTokensUntil, int database) {
    Map<String, String> environment =
        Map.of(
            "JWT_SECRET",
            OldApplication.SECRET,
            "KEYCLOAK",
            STACK.url().toString(),
            "REDIS",
            STACK.redis().url() + "/" + database,
            "OLD_TOKENS_UNTIL",
            Long.toString(oldTokensUntil),
            "PYTHONPATH",
            Path.of("..", "..", "clients", "python", "src").toAbsolutePath().toString());
    return PythonCode.start(
        folder,
        environment,
        Map.of(
            "jwt", "python3-jwt",
            "redis", "python3-redis",
            "cryptography", "python3-cryptography"),
        Guide.of("move").blocks("Python", "python").get(1)
            + """


            import sys
            from bulwark_revocation.bearer import Refusal
            for line in sys.stdin:
                token, *scopes = line.split()
                try:
                    print("accepted " + claims_of(token, scopes)["sub"], flush=True)
                except Refusal as refusal:
                    print(refusal.status, refusal.error, flush=True)
            """);
  }

  /** The application of the Python guide with the client of step 1. */
  @Test
  @Order(3)
  void theApplicationsLoginWorksUntilKeycloakEndsIt() {
    Map<String, String> environment =
        Map.of(
            "KEYCLOAK",
            STACK.url().toString(),
            "REDIS",
            STACK.redis().url(),
            "CLIENT_ID",
            "tasks",
            "CLIENT_SECRET",
            clientSecret,
            "COOKIE_KEY",
            "of-this-test",
            "APP_URL",
            APP_URL,
            "PYTHONPATH",
            Path.of("..", "..", "clients", "python", "src").toAbsolutePath().toString());
    OldUser ann = old.user("two names");
    try (PythonCode app =
        PythonCode.start(
            folder,
            environment,
            Map.of(
                "authlib", "python3-authlib",
                "fastapi", "python3-fastapi",
                "httpx", "python3-httpx",
                "itsdangerous", "python3-itsdangerous",
                "jwt", "python3-jwt",
                "redis", "python3-redis",
                "cryptography", "python3-cryptography"),
            pythonGuide()
                + """


                import sys
                from fastapi.testclient import TestClient

                with TestClient(app, base_url=APP_URL, follow_redirects=False) as client:
                    for line in sys.stdin:
                        method, path = line.split()
                        answer = client.request(method, path)
                        print(answer.headers.get("location") or answer.text, flush=True)
                """)) {
      assertThat(app.ask("GET /")).isEqualTo("/login");
      logIn(app, ann);
      assertThat(app.ask("GET /")).isEqualTo("{\"user\":\"" + sub(ann) + "\"}");
      ADMIN.post("/realms/app/users/" + ADMIN.userId(ann.login()) + "/logout", "{}").expect(204);
      assertThat(app.ask("GET /")).as("ended by Keycloak").isEqualTo("/login");
      logIn(app, ann);
      assertThat(app.ask("POST /logout")).contains("/protocol/openid-connect/logout?");
      assertThat(app.ask("GET /")).as("logged out").isEqualTo("/login");
    }
  }

  /** The file {@code main.py} of docs/python.md. */
  private static String pythonGuide() {
    return Pattern.compile("(?s)```python\n(.*?)```")
        .matcher(Repository.text("docs/python.md"))
        .results()
        .map((MatchResult block) -> block.group(1))
        .collect(Collectors.joining("\n"));
  }

  private static void logIn(PythonCode app, OldUser user) {
    String login = app.ask("GET /login");
    assertThat(login).contains("code_challenge_method=S256", "client_id=tasks");
    FormBrowser browser = new FormBrowser(STACK.url());
    FormBrowser.Page page =
        browser.submit(
            browser.open(login), Map.of("username", user.login(), "password", password(user)));
    assertThat(page.url()).startsWith(APP_URL + "/auth/callback?");
    assertThat(app.ask("GET " + page.url().substring(APP_URL.length()))).isEqualTo("/");
  }

  private static Response verify(String key) {
    return Http.get(
        REALM.url() + "/api-keys/verify",
        "Authorization",
        Realm.basic("gateway", "gateway-dev-secret"),
        "X-API-Key",
        key);
  }
}

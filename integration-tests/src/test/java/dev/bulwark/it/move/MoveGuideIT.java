package dev.bulwark.it.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.it.support.Totp;
import dev.bulwark.redis.process.Programs;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.params.SetParams;

/**
 * P4, P5, K1, K8, T1, T3, R1, R5: docs/move.md followed step by step, for an application with a
 * PostgreSQL database and a Redis of its own, and then back.
 */
@SharedRealm
class MoveGuideIT {

  private static final TestStack STACK = TestStack.get();
  private static final AdminApi ADMIN = STACK.admin();
  private static final Realm REALM = STACK.realm();
  private static final List<OldUser> USERS = OldUser.oneOfEachScheme();

  /** Has the old application's flag for administrators. */
  private static final OldUser CHIEF = USERS.get(0);

  private static final int OLD_TOKEN_SECONDS = 900;

  /** The old application's database in the same Redis as Keycloak's. */
  private static final int OLD_REDIS = 1;

  private static OldApplication old;
  private static Jedis oldRedis;
  private static Jedis redis;

  @TempDir Path folder;

  @BeforeAll
  static void start() {
    for (String program : List.of("bash", "psql", "redis-cli", "jq", "curl")) {
      Programs.require(program, program);
    }
    old = OldApplication.start(USERS);
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
    if (old != null) {
      old.close();
    }
  }

  private Shell shell(Path work, Map<String, String> more) {
    Map<String, String> environment = new LinkedHashMap<>(more);
    environment.put("KEYCLOAK", STACK.url().toString());
    environment.put("ADMIN_USERNAME", TestStack.ADMIN_USERNAME);
    environment.put("ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD);
    environment.put("OLD_DATABASE", old.uri());
    environment.put("OLD_REDIS", STACK.redis().url() + "/" + OLD_REDIS);
    environment.put("REDIS", STACK.redis().url());
    environment.put("OLD_TOKEN_SECONDS", Integer.toString(OLD_TOKEN_SECONDS));
    environment.put("WORK", work.toString());
    return new Shell(environment);
  }

  @Test
  void nobodyLosesAPasswordAFactorAKeyOrARevocation() {
    Path work = folder.resolve("work");
    Shell shell = shell(work, Map.of());
    String retired = "atk_" + "r".repeat(43);
    String expired = "atk_" + "e".repeat(43);
    old.addKey(CHIEF, "retired", retired, false, "NULL");
    old.addKey(CHIEF, "expired", expired, true, "now() - interval '1 day'");
    oldSessionsAndBlacklist();

    rehearseWithARowThatCannotBeRead(shell);
    String before = old.contents();
    shell.step("3. Import").expect(0);
    assertThat(shell.step("3. Import").expect(0).output())
        .as("twice is safe")
        .contains("{\"added\":0,\"skipped\":" + USERS.size() + "}");
    whoIsWho(shell);
    theBlacklist(shell);
    String cutOver = theSessionsEnd(shell);
    assertThat(work).as("hashes and secrets are not left behind").doesNotExist();
    assertThat(old.contents()).isEqualTo(before);

    everybodyLogsIn();
    everyKeyIsGood(retired, expired);
    assertThat(old.contents()).as("an old password still works at the old one").isEqualTo(before);
    back(cutOver);
  }

  private static void oldSessionsAndBlacklist() {
    oldRedis.set("session:one", "{}");
    oldRedis.hset("session:two", "user", "1");
    oldRedis.set("sessions-of-another-kind", "stays");
    oldRedis.set("blacklist:first", "true", SetParams.setParams().ex(300));
    oldRedis.hset("blacklist:second", "reason", "logout");
    oldRedis.expire("blacklist:second", 300);
    oldRedis.set("blacklist:endless", "1");
    oldRedis.set("blacklist:known-longer", "1", SetParams.setParams().ex(300));
    redis.set("revoked:known-longer", "1", SetParams.setParams().ex(600));
    oldRedis.set("blacklist:with blank", "1", SetParams.setParams().ex(300));
    oldRedis.set("blacklist:quo\"te", "1", SetParams.setParams().ex(300));
    oldRedis.set("blacklist:" + "x".repeat(256), "1", SetParams.setParams().ex(300));
  }

  private static void rehearseWithARowThatCannotBeRead(Shell shell) {
    old.sql(
        """
        INSERT INTO users (username, email, email_verified, is_active, is_admin, password_hash)
          VALUES ('mallory', NULL, false, true, false, 'md5$salt$0123456789abcdef')
        """);
    shell.step("1. Export").expect(0);
    assertThat(shell.step("2. Convert").expect(2).output())
        .contains("line " + (USERS.size() + 1) + ": password_hash: it is in no known form")
        .doesNotContain("0123456789abcdef");
    old.sql("DELETE FROM users WHERE username = 'mallory'");
    shell.step("1. Export").expect(0);
    assertThat(shell.step("2. Convert").expect(0).output())
        .contains(USERS.size() + " rows: " + USERS.size() + " converted, 0 refused")
        .contains("with TOTP: " + (USERS.size() - 1) + ", API keys: " + (USERS.size() + 2));
    assertThat(ADMIN.get("/realms/app/users?username=old").expect(200).json())
        .as("a rehearsal leaves Keycloak alone")
        .isEmpty();
  }

  private static void whoIsWho(Shell shell) {
    for (int time = 0; time < 2; time++) {
      assertThat(shell.step("4. Who is who").expect(0).output()).contains("0 users without a sub");
    }
    for (OldUser user : USERS) {
      String id = ADMIN.userId(user.login());
      assertThat(old.sql("SELECT sub FROM users WHERE username = '" + user.name() + "'"))
          .isEqualTo(id);
      assertThat(roles(id).contains("admin")).as(user.name()).isEqualTo(user.equals(CHIEF));
    }
  }

  private static List<String> roles(String user) {
    return ADMIN
        .get("/realms/app/users/" + user + "/role-mappings/realm")
        .expect(200)
        .json()
        .findValuesAsText("name");
  }

  private static void theBlacklist(Shell shell) {
    String said = shell.step("5. The blacklist").expect(0).output();
    assertThat(said.lines().filter(line -> line.startsWith("passed over: "))).hasSize(3);
    shell.step("5. The blacklist").expect(0);
    for (String jti : List.of("first", "second", "endless", "known-longer")) {
      assertThat(redis.get("revoked:" + jti)).as(jti).isEqualTo("1");
      assertThat(oldRedis.exists("blacklist:" + jti)).as("stays").isTrue();
    }
    assertThat(redis.ttl("revoked:first")).isBetween(200L, 300L);
    assertThat(redis.ttl("revoked:second")).isBetween(200L, 300L);
    assertThat(redis.ttl("revoked:endless")).isBetween(800L, (long) OLD_TOKEN_SECONDS);
    assertThat(redis.ttl("revoked:known-longer")).as("never shortened").isBetween(500L, 600L);
    assertThat(redis.exists("revoked:with blank", "revoked:with", "revoked:quo\"te")).isZero();
    assertThat(redis.exists("revoked:" + "x".repeat(256))).isFalse();
  }

  /** The moment that the step tells, for the way back. */
  private static String theSessionsEnd(Shell shell) {
    String said = shell.step("6. End the sessions").expect(0).output();
    assertThat(said).contains("2 sessions ended");
    assertThat(oldRedis.exists("session:one", "session:two")).isZero();
    assertThat(oldRedis.get("sessions-of-another-kind")).isEqualTo("stays");
    assertThat(oldRedis.exists("blacklist:first")).isTrue();
    Matcher moment = Pattern.compile("SINCE=(\\d{13})").matcher(said);
    assertThat(moment.find()).as(said).isTrue();
    return moment.group(1);
  }

  private static void everybodyLogsIn() {
    OldUser second = USERS.get(1);
    login(second, second.hash().password() + "!", Totp.now(totp(second))).expect(400);
    assertThat(login(second, second.hash().password(), null).status())
        .as("without the second factor")
        .isNotEqualTo(200);
    for (OldUser user : USERS) {
      String code = user.totp() == null ? null : Totp.now(totp(user));
      Response answer = login(user, user.hash().password(), code);
      assertThat(answer.status()).as("%s: %s", user.hash(), answer.body()).isEqualTo(200);
      assertThat(Realm.claims(answer.text("access_token")).get("sub").asText())
          .as("what the old tables know by now")
          .isEqualTo(old.sql("SELECT sub FROM users WHERE username = '" + user.name() + "'"));
    }
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
                    .as("all are argon2id by now")
                    .isZero());
  }

  private static String totp(OldUser user) {
    return Objects.requireNonNull(user.totp());
  }

  private static void everyKeyIsGood(String retired, String expired) {
    for (OldUser user : USERS) {
      Response answer = verify(user.key()).expect(200);
      assertThat(answer.header("X-Auth-Username")).isEqualTo(user.login());
      assertThat(answer.header("X-Auth-Scopes").split(" "))
          .containsExactlyInAnyOrder("tasks:read", "tasks:write");
    }
    verify(retired).expect(403);
    verify(expired).expect(403);
  }

  /** Who did something at Keycloak since the cut-over, and who only logged in. */
  private void back(String cutOver) {
    OldUser careful = USERS.get(USERS.size() - 1);
    String token = login(careful, careful.hash().password(), null).expect(200).text("access_token");
    Response keys =
        Http.get(REALM.url() + "/api-keys", "Authorization", "Bearer " + token).expect(200);
    String key = keys.json().get(0).get("id").asText();
    Http.send(
            Http.request(REALM.url() + "/api-keys/" + key)
                .header("Authorization", "Bearer " + token)
                .method("DELETE", HttpRequest.BodyPublishers.noBody()))
        .expect(204);
    verify(careful.key()).expect(403);
    ADMIN
        .put(
            "/realms/app/users/" + ADMIN.userId(USERS.get(1).login()) + "/reset-password",
            "{\"type\":\"password\",\"temporary\":false,\"value\":\"a-new-battery\"}")
        .expect(204);

    String said =
        shell(folder.resolve("back"), Map.of("SINCE", cutOver)).step("Back out").expect(0).output();
    assertThat(said)
        .contains("REMOVE_CREDENTIAL\t" + ADMIN.userId(careful.login()) + "\tapi-key\trevoked")
        .contains("ACTION\tUSER\tusers/" + ADMIN.userId(USERS.get(1).login()) + "/reset-password")
        .doesNotContain(ADMIN.userId(USERS.get(2).login()));
  }

  /**
   * The Python code: the old one issues and revokes, the new one accepts what both have issued, and
   * nothing that either has revoked.
   */
  @Test
  void theCodeAcceptsTokensOfBothForATime() {
    Map<String, String> secrets =
        Map.of("JWT_SECRET", "an-old-secret-of-at-least-32-bytes!", "KEYCLOAK", STACK.url() + "");
    long now = System.currentTimeMillis() / 1000;
    try (PythonCode before = PythonCode.start(folder, secrets, before());
        PythonCode after = after(secrets, now + OLD_TOKEN_SECONDS);
        PythonCode later = after(secrets, now - 1)) {
      String good = before.ask("issue 17");
      String bad = before.ask("issue 18");
      assertThat(after.ask(bad)).isEqualTo("accepted 18");
      before.ask("logout " + bad);
      assertThat(before.ask("check " + bad)).isEqualTo("InvalidTokenError");
      shell(folder.resolve("work"), Map.of()).step("5. The blacklist").expect(0);
      assertThat(after.ask(good)).isEqualTo("accepted 17");
      assertThat(after.ask(bad))
          .as("revoked by the old application")
          .isEqualTo("InvalidTokenError");
      assertThat(later.ask(good)).as("the transition is over").startsWith("PyJWKClientError");

      JsonNode tokens = REALM.login("alice", Realm.PASSWORD, "openid tasks:read").json();
      String access = tokens.get("access_token").asText();
      String alice = ADMIN.userId("alice");
      assertThat(after.ask(access)).isEqualTo("accepted " + alice);
      assertThat(later.ask(access)).isEqualTo("accepted " + alice);
      for (String other : List.of("id_token", "refresh_token")) {
        assertThat(after.ask(tokens.get(other).asText())).as(other).doesNotStartWith("accepted");
      }
      String elsewhere = REALM.login("alice").text("access_token");
      assertThat(after.ask(elsewhere))
          .as("audience")
          .isIn("InvalidAudienceError", "MissingRequiredClaimError");
      for (String forged : forgeries(access, good)) {
        assertThat(after.ask(forged)).as(forged).endsWith("Error");
      }
      REALM.revoke(access).expect(200);
      assertThat(after.ask(access)).as("revoked by Keycloak").isEqualTo("InvalidTokenError");
    }
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

  private static String before() {
    return python(Page.of("move.md").blocks("Python", "python").get(0), OLD_REDIS)
        + """


        import sys
        for line in sys.stdin:
            verb, rest = line.strip().split(" ", 1)
            try:
                if verb == "issue":
                    print(issue(rest, "tasks:read"), flush=True)
                elif verb == "logout":
                    print(logout(claims_of(rest)), flush=True)
                else:
                    print("accepted " + claims_of(rest)["sub"], flush=True)
            except jwt.PyJWTError as error:
                print(type(error).__name__, flush=True)
        """;
  }

  private PythonCode after(Map<String, String> secrets, long oldTokensUntil) {
    Map<String, String> environment = new LinkedHashMap<>(secrets);
    environment.put("OLD_TOKENS_UNTIL", Long.toString(oldTokensUntil));
    return PythonCode.start(
        folder,
        environment,
        python(Page.of("recipes.md").blocks("Python (redis-py)", "python").get(0), 0)
            + "\n"
            + Page.of("move.md").blocks("Python", "python").get(1)
            + """


            import sys
            for line in sys.stdin:
                try:
                    print("accepted " + claims_of(line.strip())["sub"], flush=True)
                except Exception as error:
                    print(type(error).__name__, flush=True)
            """);
  }

  private static String python(String code, int database) {
    assertThat(code).contains("port=6379");
    return code.replace("port=6379", "port=" + STACK.redis().port() + ", db=" + database);
  }

  private static Response login(OldUser user, String password, @Nullable String code) {
    Map<String, String> form = new LinkedHashMap<>();
    form.put("grant_type", "password");
    form.put("client_id", "dev-cli");
    form.put("username", user.login());
    form.put("password", password);
    form.put("scope", "openid");
    if (code != null) {
      form.put("totp", code);
    }
    return Http.postForm(REALM.endpoint("token"), form);
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

package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.password.argon2.Argon2Parameters;
import dev.bulwark.password.argon2.Argon2Type;
import dev.bulwark.password.argon2.Argon2Version;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.StoredHash;
import dev.bulwark.password.foreign.text.ForeignHash;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** P3, P4: a login with any older hash succeeds and leaves a current Argon2 hash. */
@SharedRealm
@Tag("slow")
class HashUpgradeIT {

  private final Realm realm = TestStack.get().realm();
  private final Users users = new Users(TestStack.get().admin());

  static List<OldHash> oneOfEachAlgorithm() {
    return OldHash.oneOfEachAlgorithm(OldHash.ofEachForm());
  }

  /** {@link MigrationIT} logs a user of each form in, too. */
  @ParameterizedTest
  @MethodSource("oneOfEachAlgorithm")
  void usersOfOtherApplicationsKeepTheirPasswords(OldHash vector) {
    assertKeepsThePassword("p4-", vector);
  }

  static List<OldHash> eachForm() {
    return OldHash.ofEachForm();
  }

  @Tag("full")
  @ParameterizedTest
  @MethodSource("eachForm")
  void soDoThoseOfEachForm(OldHash vector) {
    assertKeepsThePassword("p4-each-", vector);
  }

  private void assertKeepsThePassword(String prefix, OldHash vector) {
    String name = prefix + Integer.toHexString(vector.hash().hashCode());
    users.createWithHash(name, ForeignHash.parse(vector.hash(), CostLimits.DEFAULT));
    assertThat(users.algorithm(name)).isEqualTo(vector.algorithm());
    realm.login(name, "!" + vector.password(), "openid").expect(400);
    assertThat(users.algorithm(name)).as("after a wrong password").isEqualTo(vector.algorithm());
    realm.login(name, vector.password(), "openid").expect(200);
    assertUpgraded(name);
    realm.login(name, vector.password(), "openid").expect(200);
  }

  @ParameterizedTest
  @CsvSource({
    "pbkdf2,PBKDF2WithHmacSHA1,160",
    "pbkdf2-sha256,PBKDF2WithHmacSHA256,256",
    "pbkdf2-sha256,PBKDF2WithHmacSHA256,512",
    "pbkdf2-sha512,PBKDF2WithHmacSHA512,512"
  })
  void keycloaksOwnPbkdf2IsUpgraded(String algorithm, String function, int bits) throws Exception {
    String name = "p3-" + algorithm + "-" + bits;
    String password = "Keycloak's ünique password";
    users.createWithHash(name, pbkdf2(algorithm, function, bits, password));
    realm.login(name, "wrong", "openid").expect(400);
    realm.login(name, password, "openid").expect(200);
    assertUpgraded(name);
    realm.login(name, password, "openid").expect(200);
  }

  /** P3: by a server of Keycloak's default parameters. */
  @Test
  void anArgon2HashOfOtherParametersIsUpgradedOnce() {
    users.createWithHash(
        "p3-argon2",
        Users.argon2(
            Realm.PASSWORD,
            new Argon2Parameters(Argon2Type.ID, Argon2Version.V13, 7168, 5, 1, 32)));
    realm.login("p3-argon2", "wrong", "openid").expect(400);
    realm.login("p3-argon2", Realm.PASSWORD, "openid").expect(200);
    assertUpgraded("p3-argon2");
    assertThatLoginsLeaveTheHashAlone("p3-argon2", Realm.PASSWORD);
  }

  /** P1: Keycloak's own are the same. */
  @Test
  void keycloaksOwnArgon2OfTheSameParametersIsCurrent() {
    // From the reference program: correct-dev-battery, salt sixteen-byte-slt.
    users.createWithHash(
        "p1-argon2",
        """
        {"hashIterations":3,"algorithm":"argon2","additionalParameters":{"hashLength":["32"],"memory":["65536"],
        "type":["id"],"version":["1.3"],"parallelism":["4"]}}
        """,
        """
        {"value":"%s","salt":"c2l4dGVlbi1ieXRlLXNsdA==","additionalParameters":{}}
        """
            .formatted(REFERENCE_HASH));
    assertThatLoginsLeaveTheHashAlone("p1-argon2", Realm.PASSWORD);
  }

  /** P3: Keycloak's own hasher hashes again at each of these logins. */
  @Test
  void iterationsOfTheRealmsPolicyCountAndMakeNoHashOutdated() {
    AdminApi admin = TestStack.get().admin();
    String policy = admin.get("/realms/app").expect(200).text("passwordPolicy");
    admin.put("/realms/app", Json.object("passwordPolicy", "hashIterations(5)")).expect(204);
    try {
      users.createWithPassword("p3-policy", "battery-of-the-policy");
      assertThat(users.credentialData("p3-policy").get("hashIterations").asInt()).isEqualTo(5);
      assertThatLoginsLeaveTheHashAlone("p3-policy", "battery-of-the-policy");
    } finally {
      admin.put("/realms/app", Json.object("passwordPolicy", policy)).expect(204);
    }
    realm.login("p3-policy", "battery-of-the-policy", "openid").expect(200);
    assertUpgraded("p3-policy");
  }

  private void assertThatLoginsLeaveTheHashAlone(String name, String password) {
    JsonNode before = TestStack.get().admin().passwordCredential(name);
    double replaced = replaced("stored");
    realm.login(name, password, "openid").expect(200);
    realm.login(name, password, "openid").expect(200);
    assertThat(TestStack.get().admin().passwordCredential(name)).isEqualTo(before);
    assertThat(replaced("stored")).isEqualTo(replaced);
  }

  @Test
  void aHashThatIsCurrentIsLeftAlone() {
    users.createWithPassword("p3-current", "current-password");
    assertThatLoginsLeaveTheHashAlone("p3-current", "current-password");
  }

  @Test
  void concurrentLoginsDuringTheUpgradeAllSucceed() throws Exception {
    int logins = 24;
    String name = "p3-concurrent";
    users.createWithHash(
        name, pbkdf2("pbkdf2-sha512", "PBKDF2WithHmacSHA512", 512, Realm.PASSWORD));
    ExecutorService threads = Executors.newFixedThreadPool(logins);
    try {
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Response>> responses = new ArrayList<>();
      for (int i = 0; i < logins; i++) {
        responses.add(
            threads.submit(
                () -> {
                  start.await();
                  return Realm.untilDecided(() -> realm.login(name, Realm.PASSWORD, "openid"));
                }));
      }
      start.countDown();
      for (Future<Response> response : responses) {
        response.get().expect(200);
      }
    } finally {
      threads.shutdownNow();
    }
    assertUpgraded(name);
    realm.login(name, Realm.PASSWORD, "openid").expect(200);
    realm.login(name, "wrong", "openid").expect(400);
    assertThat(
            TestStack.get()
                .admin()
                .get("/realms/app/users/" + TestStack.get().admin().userId(name) + "/credentials")
                .json())
        .as("still one password")
        .hasSize(1);
  }

  /** A reset comes while the new hash of the old password waits for its turn. */
  @Test
  void aPasswordThatIsSetBeforeTheNewHashIsReadyStays() {
    String name = "p4-reset-meanwhile";
    String set = "battery-of-the-reset";
    users.createWithHash(name, Users.pbkdf2(Realm.PASSWORD));
    TestStack stack = TestStack.get();
    AdminApi admin = new AdminApi(stack.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
    String id = admin.userId(name);
    double superseded = replaced("superseded");
    try (BusyHasher hasher = new BusyHasher(stack.keycloak(), admin)) {
      hasher.keepBusy(2);
      long before = hasher.arrivals();
      CompletableFuture<Response> login =
          hasher.start(() -> realm.login(name, Realm.PASSWORD, "openid"));
      hasher.awaitArrivals(before + 1);
      hasher.keepBusy(4);
      hasher.awaitLogin(id);
      new Users(admin).replaceHash(name, Users.pbkdf2(set));
      assertThat(login).as("the login, whose new hash still waits").isNotDone();
      login.join().expect(200);
    }
    await().untilAsserted(() -> assertThat(replaced("superseded") - superseded).isEqualTo(1));
    double stored = replaced("stored");
    realm.login(name, Realm.PASSWORD, "openid").expect(400);
    realm.login(name, set, "openid").expect(200);
    assertUpgraded(name);
    await().untilAsserted(() -> assertThat(replaced("stored") - stored).isEqualTo(1));
    realm.login(name, set, "openid").expect(200);
  }

  private static double replaced(String outcome) {
    return Metrics.sum(
        TestStack.get().keycloak().managementUrl(),
        "bulwark_password_replaced_total",
        "outcome=\"" + outcome + "\"");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "too-costly|{\"hashIterations\":1,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"4194304\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}|QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=|its memory of 4194304 KiB is over the limit of 1048576 KiB",
        "no-parameters|{\"hashIterations\":1,\"algorithm\":\"argon2\"}|QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=|its parameter type is missing",
        "bad-base64|{\"hashIterations\":1,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"64\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}|QUFBQUFBQUFB***|its salt or hash is malformed",
        "bad-bcrypt|{\"hashIterations\":12,\"algorithm\":\"bcrypt\"}|QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=|it is no well-formed bcrypt hash",
        "costly-bcrypt|{\"hashIterations\":31,\"algorithm\":\"bcrypt\"}|$2b$31$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe|its bcrypt cost of 31 is over the limit of 15",
        "costly-pbkdf2|{\"hashIterations\":3000001,\"algorithm\":\"pbkdf2-sha512\"}|QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=|its iterations of 3000001 is over the limit of 3000000",
        "costly-argon2|{\"hashIterations\":1000,\"algorithm\":\"argon2\",\"additionalParameters\":{\"type\":[\"id\"],\"version\":[\"1.3\"],\"memory\":[\"7168\"],\"parallelism\":[\"1\"],\"hashLength\":[\"32\"]}}|QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=|its memory × iterations of 7168000 KiB is over the limit of 6553600 KiB",
        "bad-scrypt|{\"hashIterations\":1000,\"algorithm\":\"scrypt\",\"additionalParameters\":{\"r\":[\"8\"],\"p\":[\"1\"]}}|QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=|its scrypt N is no power of two above 1",
      })
  void aHashThatCannotBeVerifiedFailsCleanlyWithOneWarning(
      String name, String credentialData, String value, String reason) {
    String user = "p4-" + name;
    users.createWithHash(
        user, credentialData, Json.object("value", value, "salt", "MDEyMzQ1Njc4OWFiY2RlZg=="));
    String id = TestStack.get().admin().userId(user);
    for (int attempt = 0; attempt < 3; attempt++) {
      Response refused = realm.login(user, Realm.PASSWORD, "openid").expect(400);
      assertThat(refused.text("error")).isEqualTo("invalid_grant");
    }
    String warning = "password of user " + id + " cannot be verified: " + reason;
    String log = TestStack.get().keycloak().log();
    assertThat(log.lines().filter(line -> line.contains(warning))).hasSize(1);
    assertThat(log).doesNotContain(value);
  }

  private static final String REFERENCE_HASH = "kxGSi6oK8mVIufokODHUwvfvrgnrmAQl9VDSO7h016g=";

  private static StoredHash pbkdf2(String algorithm, String function, int bits, String password)
      throws Exception {
    byte[] salt = "0123456789abcdef".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    byte[] hash =
        SecretKeyFactory.getInstance(function)
            .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 27_500, bits))
            .getEncoded();
    return new StoredHash(
        algorithm, 27_500, Map.of(), Base64.getEncoder().encodeToString(hash), salt);
  }

  /** The upgrade runs after the login's own transaction, on the same request. */
  private void assertUpgraded(String name) {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> assertThat(users.algorithm(name)).isEqualTo("argon2"));
    assertThat(users.credentialData(name).at("/additionalParameters/memory/0").asText())
        .isEqualTo("65536");
    assertThat(users.credentialData(name).get("hashIterations").asInt()).isEqualTo(3);
  }
}

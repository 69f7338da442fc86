package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.text.ForeignHash;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * L3: every failed login computes exactly one Argon2id hash, whoever it is about and whichever way
 * it comes. {@code EnumerationIT} measures the time that follows from it.
 */
@SharedRealm
@Tag("slow")
class FailedLoginCostIT {

  private static final String WRONG = "not-the-battery";
  private static final String BCRYPT =
      "$2b$04$EixZaYVK1fsbw1ZfbX3OXeBzcQ9vDqmAVFkRg3Cq0jGhQ.zGrn0mK";

  private static final String PBKDF2 =
      "$pbkdf2-sha256$1000$nBOiVCrl/P9fa40xRiilFA$aqTJF2rfbgOie2KNqUXCR7X8tNWN.UcvlJVCVi/a6QA";

  /** The same with more rounds than any Argon2id hash takes: never a right password. */
  private static final String SLOW_PBKDF2 = PBKDF2.replace("$1000$", "$1500000$");

  /** Of {@code max-failure-time}. */
  private static final double LONGEST_MILLIS = 1000;

  private final TestStack stack = TestStack.get();
  private final Realm realm = stack.realm();

  private enum Kind {
    UNKNOWN("nobody-at-all", WRONG),
    KNOWN("cost-known", WRONG),
    EMPTY_PASSWORD("cost-known", ""),
    LOCKED("cost-locked", WRONG),
    DISABLED("cost-disabled", WRONG),
    WITHOUT_PASSWORD("cost-without", WRONG),
    IMPORTED("cost-imported", WRONG),
    /** Verified by Keycloak itself. */
    IMPORTED_PBKDF2("cost-pbkdf2", WRONG),
    /** One that this server refuses to compute. */
    TOO_COSTLY("cost-too-costly", WRONG);

    private final String user;
    private final String password;

    Kind(String user, String password) {
      this.user = user;
      this.password = password;
    }
  }

  @BeforeAll
  static void accounts() {
    AdminApi admin = TestStack.get().admin();
    // Whoever is locked stays so until the test is over.
    admin
        .put(
            "/realms/app",
            Json.object("waitIncrementSeconds", 3600, "maxFailureWaitSeconds", 36000))
        .expect(204);
    Users users = new Users(admin);
    for (String name :
        new String[] {
          "cost-known", "cost-known-too", "cost-right", "cost-locked", "cost-disabled"
        }) {
      users.createWithPassword(name, "the-battery-of-" + name);
    }
    users.createWithHash("cost-imported", ForeignHash.parse(BCRYPT, CostLimits.DEFAULT));
    users.createWithHash("cost-pbkdf2", ForeignHash.parse(PBKDF2, CostLimits.DEFAULT));
    users.createWithHash(
        "cost-too-costly",
        Json.object("hashIterations", 31, "algorithm", "bcrypt", "additionalParameters", Map.of()),
        Json.object("value", BCRYPT.replace("$04$", "$31$"), "salt", ""));
    admin
        .put("/realms/app/users/" + admin.userId("cost-disabled"), Json.object("enabled", false))
        .expect(204);
    admin
        .post("/realms/app/users", Json.object("username", "cost-without", "enabled", true))
        .expect(201);
    lock(admin, TestStack.get().realm(), "cost-locked");
  }

  private static void lock(AdminApi admin, Realm realm, String name) {
    String path = "/realms/app/attack-detection/brute-force/users/" + admin.userId(name);
    for (int tries = 0; tries < 100 && !isLocked(admin, path); tries++) {
      realm.login(name, WRONG, "openid").expect(400);
    }
    assertThat(isLocked(admin, path)).isTrue();
  }

  private static boolean isLocked(AdminApi admin, String path) {
    return admin.get(path).expect(200).json().get("disabled").asBoolean();
  }

  @ParameterizedTest
  @EnumSource
  void onePasswordGrantOneHash(Kind kind) {
    double before = hashes();
    Response answer = realm.login(kind.user, kind.password, "openid");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text("error_description")).isEqualTo("Invalid user credentials");
    assertThat(hashes() - before).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void oneFormOneHash(Kind kind) {
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page form = browser.open(address());
    double before = hashes();
    FormBrowser.Page page =
        browser.submit(form, Map.of("username", kind.user, "password", kind.password));
    assertThat(page.response().body()).contains("Invalid username or password");
    assertThat(hashes() - before).isEqualTo(1);
  }

  /** A login that succeeds is not made slower. */
  @Test
  void aLoginThatSucceedsComputesOneToo() {
    double before = hashes();
    realm.login("cost-right", "the-battery-of-cost-right", "openid").expect(200);
    assertThat(hashes() - before).isEqualTo(1);
  }

  /**
   * Where the hash of another application takes longer, whoever fails waits: here at least as long
   * as the first two attempts at it have taken.
   */
  @Test
  void whoeverFailsWaitsForTheSlowestHashOfTheRealm() {
    new Users(stack.admin())
        .createWithHash("cost-slow", ForeignHash.parse(SLOW_PBKDF2, CostLimits.DEFAULT));
    double slow = Math.min(failure("cost-slow"), failure("cost-slow"));
    double unknown = failure("nobody-at-all");
    assertThat(unknown).isGreaterThanOrEqualTo(Math.min(slow, LONGEST_MILLIS));
    assertThat(failure("cost-known-too")).isGreaterThanOrEqualTo(Math.min(slow, LONGEST_MILLIS));
  }

  /** Milliseconds of one failed attempt. */
  private double failure(String user) {
    long start = System.nanoTime();
    realm.login(user, WRONG, "openid").expect(400);
    return (System.nanoTime() - start) / 1e6;
  }

  /** Argon2id hashes that the server has computed, for whatever. */
  private double hashes() {
    return Http.get(stack.keycloak().managementUrl() + "/metrics")
        .expect(200)
        .body()
        .lines()
        .filter(line -> line.startsWith("bulwark_password_hash_seconds_count{"))
        .filter(line -> line.contains("algorithm=\"argon2\""))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private String address() {
    return realm.endpoint("auth")
        + "?client_id=dev-cli&response_type=code&scope=openid&redirect_uri="
        + Http.encode("http://localhost/")
        + "&code_challenge_method=S256"
        + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
  }
}

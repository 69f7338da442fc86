package dev.bulwark.it.session;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.FormBrowser;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * L2, L3: an account is locked for a while, never for good, and who is locked out is told no more
 * than who mistyped. The shipped realm waits a minute and more; here it is seconds.
 */
@SharedRealm
class LockoutIT {

  private static final String WRONG = "not-her-battery";

  private static final List<String> CHANGED =
      List.of(
          "waitIncrementSeconds",
          "minimumQuickLoginWaitSeconds",
          "maxFailureWaitSeconds",
          "failureFactor");

  private static String shipped = "";

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final Realm realm = stack.realm();

  @BeforeAll
  static void keepSettings() {
    JsonNode realm = TestStack.get().admin().get("/realms/app").expect(200).json();
    shipped = ((ObjectNode) realm).retain(CHANGED).toString();
  }

  @AfterEach
  void shippedSettings() {
    admin.put("/realms/app", shipped).expect(204);
  }

  /** How long a locked account waits: less than on a busy machine a page may take, or more. */
  private void lockedFor(int seconds) {
    admin
        .put(
            "/realms/app",
            """
            {"waitIncrementSeconds": %1$d, "minimumQuickLoginWaitSeconds": %1$d,
             "maxFailureWaitSeconds": %1$d, "failureFactor": 5}
            """
                .formatted(seconds))
        .expect(204);
  }

  /** With the numbers of the shipped realm, and failures as close together as they can be. */
  @Test
  void tenFailuresLockAndNineDoNot() {
    String status = "/realms/app/attack-detection/brute-force/users/" + admin.userId("carol");
    for (int failures = 1; failures <= 10; failures++) {
      int expected = failures;
      realm.login("carol", WRONG, "openid").expect(400);
      // Keycloak books a failure on a thread of its own.
      await()
          .atMost(SOON)
          .until(
              () -> admin.get(status).expect(200).json().get("numFailures").asInt(),
              counted -> counted == expected);
      assertThat(admin.get(status).expect(200).json().get("disabled").asBoolean())
          .as("after %d failures", failures)
          .isEqualTo(failures == 10);
      if (failures == 9) {
        assertThat(admin.get("/realms/app").json().get("quickLoginCheckMilliSeconds").asInt())
            .isZero();
      }
    }
    realm.login("carol", Realm.PASSWORD, "openid").expect(400);
  }

  /** H2: with the numbers of the shipped realm, two failures at the same moment. */
  @Test
  void twoWrongPasswordsAtOnceLockNobody() {
    admin
        .post(
            "/realms/app/users",
            """
            {"username": "mistypes", "enabled": true, "email": "mistypes@example.org",
             "emailVerified": true, "firstName": "Test", "lastName": "User",
             "credentials": [{"type": "password", "value": "%s"}]}
            """
                .formatted(Realm.PASSWORD))
        .expect(201);
    String status = "/realms/app/attack-detection/brute-force/users/" + admin.userId("mistypes");
    CompletableFuture<Response> one = CompletableFuture.supplyAsync(() -> wrong("mistypes"));
    CompletableFuture<Response> other = CompletableFuture.supplyAsync(() -> wrong("mistypes"));
    one.join().expect(400);
    other.join().expect(400);
    await()
        .atMost(SOON)
        .until(() -> admin.get(status).expect(200).json().get("numFailures").asInt() == 2);
    assertThat(admin.get(status).expect(200).json().get("disabled").asBoolean()).isFalse();
    realm.login("mistypes", Realm.PASSWORD, "openid").expect(200);
  }

  private Response wrong(String name) {
    return realm.login(name, WRONG, "openid");
  }

  @Test
  void afterTooManyFailuresTheAccountIsLockedForAWhile() {
    lockedFor(3);
    for (int round = 0; round < 2; round++) {
      lock("alice");
      // The right password does not help as long as it is locked, and the answer is the same.
      Response right = realm.login("alice", Realm.PASSWORD, "openid").expect(400);
      Response unknown = realm.login("nobody-here", WRONG, "openid").expect(400);
      assertThat(right.body()).isEqualTo(unknown.body());
      await()
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> realm.login("alice", Realm.PASSWORD, "openid").status() == 200);
    }
    JsonNode user = admin.get("/realms/app/users/" + admin.userId("alice")).expect(200).json();
    assertThat(user.get("enabled").asBoolean()).as("never for good").isTrue();
    JsonNode settings = admin.get("/realms/app").expect(200).json();
    assertThat(settings.get("permanentLockout").asBoolean()).isFalse();
  }

  /** L3: the page of the browser is the same for all who do not get in. */
  @Test
  void thePageTellsNothingOfTheAccount() {
    lockedFor(3600);
    lock("bob");
    String locked = page("bob", Realm.PASSWORD);
    String unknown = page("nobody-here", WRONG);
    String known = page("carol", WRONG);
    assertThat(locked).isEqualTo(unknown);
    assertThat(known).isEqualTo(unknown);
    assertThat(unknown).contains("Invalid username or password");
  }

  private void lock(String name) {
    String status = "/realms/app/attack-detection/brute-force/users/" + admin.userId(name);
    await()
        .atMost(SOON)
        .until(
            () -> {
              Response refused = realm.login(name, WRONG, "openid");
              assertThat(refused.status()).isEqualTo(400);
              return admin.get(status).expect(200).json().get("disabled").asBoolean();
            });
  }

  /** The page after a failed login, without what is different at each request. */
  private String page(String name, String password) {
    FormBrowser browser = new FormBrowser(stack.url());
    FormBrowser.Page form =
        browser.open(
            realm.endpoint("auth")
                + "?client_id=dev-cli&response_type=code&scope=openid&redirect_uri="
                + Http.encode("http://localhost/")
                + "&code_challenge_method=S256"
                + "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    FormBrowser.Page answer = browser.submit(form, Map.of("username", name, "password", password));
    assertThat(answer.response().status()).isEqualTo(200);
    return answer
        .response()
        .body()
        .replaceAll("(session_code|execution|tab_id|client_data|auth_session_hash)=[\\w.%-]*", "$1")
        .replaceAll("\"[\\w+/=-]{20,}\"", "")
        .replace(name, "NAME");
  }
}

package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ACCOUNT;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ADDRESS;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.GlobalRevoker;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Response;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** L1: what is limited, by what, and what is told. */
class LimitIT {

  private static final LimitedServer SERVER = LimitedServer.shared();

  @Test
  void theSixthAttemptOfAnAddressIsToldWhenToComeBack() {
    String address = newAddress();
    String user = SERVER.newUser();
    for (int i = 0; i < PER_ADDRESS; i++) {
      Response response = SERVER.grant(address, user, "wrong");
      assertThat(response.status()).isEqualTo(400);
      assertThat(response.text("error")).isEqualTo("invalid_grant");
    }
    // Even the right password is not looked at.
    for (String password : List.of("wrong", PASSWORD)) {
      Response refused = SERVER.grant(address, user, password);
      assertThat(refused.status()).isEqualTo(429);
      assertThat(refused.text("error")).isEqualTo("slow_down");
      assertThat(refused.text("error_description")).contains("Too many attempts");
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
      assertThat(refused.header("Cache-Control")).contains("no-store");
    }
    // Nobody else is locked out.
    SERVER.grant(newAddress(), user, PASSWORD).expect(200);
    SERVER.grant(newAddress(), SERVER.newUser(), PASSWORD).expect(200);

    List<JsonNode> events = SERVER.events("rate_limited", address);
    assertThat(events).hasSize(2);
    assertThat(events.get(0).get("type").asText()).isEqualTo("LOGIN_ERROR");
    assertThat(events.get(0).get("clientId").asText()).isEqualTo("cli");
    assertThat(events.get(0).get("details").get("username").asText()).isEqualTo(user);
    assertThat(events.get(0).get("details").get("reason").asText()).isEqualTo("address");
  }

  /** Rejections cost nothing, and each is stored. */
  @Test
  void aLongNameDoesNotFillTheDatabase() {
    String address = newAddress();
    String user = SERVER.newUser();
    for (int i = 0; i < 5; i++) {
      SERVER.grant(address, user, "wrong");
    }
    SERVER.grant(address, "x".repeat(100_000), PASSWORD).expect(429);
    assertThat(SERVER.events("rate_limited", address))
        .singleElement()
        .satisfies(
            event ->
                assertThat(event.get("details").get("username").asText())
                    .isEqualTo("x".repeat(255)));
  }

  @Test
  void theTimeToComeBackIsTrue() {
    SERVER.setAttribute("loginRateLimiter.windowSeconds", "3");
    try {
      String address = newAddress();
      String user = SERVER.newUser();
      long first = System.nanoTime();
      for (int i = 0; i < PER_ADDRESS; i++) {
        SERVER.grant(address, user, "wrong").expect(400);
      }
      Response refused = SERVER.grant(address, user, PASSWORD).expect(429);
      assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 3);
      await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(50))
          .until(() -> SERVER.grant(address, user, PASSWORD).status() == 200);
      assertThat(Duration.ofNanos(System.nanoTime() - first)).isGreaterThan(Duration.ofSeconds(3));
    } finally {
      SERVER.setAttribute("loginRateLimiter.windowSeconds", "60");
    }
  }

  @Test
  void tenAttemptsAtAnAccountFromWhereverTheyCome() {
    String user = SERVER.newUser();
    for (int i = 0; i < PER_ACCOUNT; i++) {
      SERVER.grant(newAddress(), user, "wrong").expect(400);
    }
    Response refused = SERVER.grant(newAddress(), user, PASSWORD).expect(429);
    assertThat(refused.text("error")).isEqualTo("slow_down");
    SERVER.grant(newAddress(), SERVER.newUser(), PASSWORD).expect(200);
  }

  @Test
  void aNameThatNobodyHasCountsAndLooksTheSame() {
    String nobody = "nobody-" + UUID.randomUUID();
    String user = SERVER.newUser();
    for (int i = 0; i < PER_ACCOUNT; i++) {
      SERVER.grant(newAddress(), nobody, "wrong").expect(400);
      SERVER.grant(newAddress(), user, "wrong").expect(400);
    }
    Response unknown = SERVER.grant(newAddress(), nobody, "wrong").expect(429);
    Response known = SERVER.grant(newAddress(), user, "wrong").expect(429);
    assertThat(unknown.body().replaceAll("\\d+", "n"))
        .isEqualTo(known.body().replaceAll("\\d+", "n"));
    assertThat(unknown.headers().map().keySet()).isEqualTo(known.headers().map().keySet());
  }

  @Test
  void caseSpacesAndTheAddressOfTheMailAreTheSameAccount() {
    String user = SERVER.newUser();
    List<String> names =
        List.of(
            user,
            user.toUpperCase(java.util.Locale.ROOT),
            "User" + user.substring(4),
            " " + user + "\t",
            user + "@example.org",
            (user + "@EXAMPLE.org").toUpperCase(java.util.Locale.ROOT));
    for (int i = 0; i < PER_ACCOUNT; i++) {
      SERVER.grant(newAddress(), names.get(i % names.size()), "wrong").expect(400);
    }
    for (String name : names) {
      SERVER.grant(newAddress(), name, "wrong").expect(429);
    }
  }

  /** Keycloak takes them for other names; where they come from they count like any other. */
  @Test
  void namesThatLookAlikeAreOtherNamesButTheAddressIsTheSame() {
    String user = SERVER.newUser();
    List<String> names =
        List.of(
            user.replace('e', '\u0435'),
            user.replace('s', '\u017f'),
            user + "\u200b",
            user + "\u00a0");
    String address = newAddress();
    for (String name : names) {
      SERVER.grant(address, name, "wrong");
    }
    SERVER.grant(address, user, "wrong").expect(400);
    SERVER.grant(address, user, PASSWORD).expect(429);
    // None of them took a slot of the account's.
    for (int i = 0; i < PER_ACCOUNT - 1; i++) {
      SERVER.grant(newAddress(), user, "wrong").expect(400);
    }
    SERVER.grant(newAddress(), user, PASSWORD).expect(429);
  }

  @Test
  void aLoginThatSucceedsGivesItsSlotBack() {
    String address = newAddress();
    String user = SERVER.newUser();
    for (int i = 0; i < 4; i++) {
      SERVER.grant(address, user, "wrong").expect(400);
    }
    for (int i = 0; i < 20; i++) {
      SERVER.grant(address, user, PASSWORD).expect(200);
    }
    SERVER.grant(address, user, "wrong").expect(400);
    SERVER.grant(address, user, PASSWORD).expect(429);
  }

  @Test
  void aRealmMayKeepTheSlotsOfLoginsThatSucceed() {
    SERVER.setAttribute("loginRateLimiter.returnOnSuccess", "false");
    try {
      String address = newAddress();
      String user = SERVER.newUser();
      for (int i = 0; i < PER_ADDRESS; i++) {
        SERVER.grant(address, user, PASSWORD).expect(200);
      }
      SERVER.grant(address, user, PASSWORD).expect(429);
    } finally {
      SERVER.setAttribute("loginRateLimiter.returnOnSuccess", "true");
    }
  }

  @Test
  void anAllowedNetworkIsNeitherCountedNorRefused() {
    String user = SERVER.newUser();
    for (int i = 0; i < 2 * PER_ACCOUNT; i++) {
      SERVER.grant("192.0.2.77", user, "wrong").expect(400);
    }
    for (int i = 0; i < PER_ADDRESS; i++) {
      SERVER.grant(newAddress(), user, "wrong").expect(400);
    }
  }

  @Test
  void inTheBrowserTooAndNextToTheOtherWay() {
    String address = newAddress();
    String user = SERVER.newUser();
    Visitor visitor = SERVER.visitor(address);
    Response page = visitor.login("cli").expect(200);
    for (int i = 0; i < 3; i++) {
      page = visitor.submit(page, Map.of("username", user, "password", "wrong")).expect(200);
    }
    SERVER.grant(address, user, "wrong").expect(400);
    SERVER.grant(address, user, "wrong").expect(400);
    Response refused = visitor.submit(page, Map.of("username", user, "password", PASSWORD));
    assertThat(refused.status()).isEqualTo(429);
    assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
    assertThat(refused.body()).contains("kc-rate-limited").contains("Too many attempts");
    // The page leads back to the form.
    Response again = visitor.open(Visitor.retryLink(refused)).expect(200);
    assertThat(Visitor.action(again)).contains("login-actions/authenticate");
    assertThat(SERVER.events("rate_limited", address)).hasSize(1);
    assertThat(SERVER.events("invalid_user_credentials", address)).hasSize(5);
  }

  /** What the tests of this package show holds in the shipped realm, beside this detection. */
  @Test
  void theRealmHasTheDetectionOfTheShippedOne() {
    JsonNode shipped = SERVER.admin().get("/realms/app").expect(200).json();
    JsonNode tested = SERVER.admin().get("/realms/limits").expect(200).json();
    for (String setting :
        List.of(
            "bruteForceProtected",
            "permanentLockout",
            "bruteForceStrategy",
            "failureFactor",
            "waitIncrementSeconds",
            "maxFailureWaitSeconds",
            "minimumQuickLoginWaitSeconds",
            "quickLoginCheckMilliSeconds",
            "maxDeltaTimeSeconds",
            "maxSecondaryAuthFailures")) {
      assertThat(tested.get(setting)).as(setting).isEqualTo(shipped.get(setting)).isNotNull();
    }
  }

  @Test
  void aRefusedAttemptIsNoFailureOfTheUser() {
    String address = newAddress();
    String user = SERVER.newUser();
    int booked = 0;
    for (int i = 0; i < PER_ADDRESS; i++) {
      booked += SERVER.failAndBook(address, user) ? 1 : 0;
    }
    for (int i = 0; i < 20; i++) {
      SERVER.grant(address, user, "wrong").expect(429);
    }
    // Keycloak books failures one after the other: behind this one nothing is left.
    booked += SERVER.failAndBook(newAddress(), user) ? 1 : 0;
    assertThat(SERVER.failures(user).get("numFailures").asInt()).isEqualTo(booked).isPositive();
    assertThat(SERVER.failures(user).get("disabled").asBoolean()).isFalse();
  }

  /**
   * R10, L6: who is rejected counts, before anything of the body is read, and nothing is stored. A
   * good token is heard, whoever else sends requests from the address.
   */
  @Test
  void globalTokenRevocationsOfAnAddressAreLimited() {
    GlobalRevoker revoker = SERVER.revoker();
    String address = newAddress();
    for (int i = 0; i < LimitedServer.GLOBAL_REVOCATIONS; i++) {
      assertThat(globalRevocation(address).status()).isEqualTo(401);
    }
    Response refused = globalRevocation(address).expect(429);
    assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 60);
    assertThat(refused.text("error")).isEqualTo("too_many_requests");
    assertThat(globalRevocation(newAddress()).status()).isEqualTo(401);
    revoker
        .send(
            Map.of("format", "opaque", "id", "nobody"),
            "X-Forwarded-For",
            address,
            "Authorization",
            "Bearer " + revoker.token().expect(200).text("access_token"))
        .expect(404);
  }

  private static Response globalRevocation(String address) {
    return Http.send(
        Http.request(SERVER.url() + "/realms/" + LimitedServer.REALM + "/global-token-revocation")
            .header("X-Forwarded-For", address)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString("{}")));
  }
}

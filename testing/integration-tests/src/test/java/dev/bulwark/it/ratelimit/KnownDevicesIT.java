package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ACCOUNT;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ADDRESS;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.Authenticator;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * L2: no stranger keeps a user out who comes by a device or from an address where that user has
 * logged in before.
 */
@Tag("slow")
class KnownDevicesIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final String COOKIE = "BULWARK_DEVICE";
  private static final int PER_DEVICE = 5;

  /** The lock itself is what these tests need, not how many failures bring it about. */
  @BeforeAll
  static void lockAtOnce() {
    SERVER.lockAfter(1);
  }

  @AfterAll
  static void lockAsShipped() {
    SERVER.lockAfter(PER_ACCOUNT);
  }

  private static Response signIn(Visitor visitor, String user, String password) {
    return visitor.submit(
        visitor.login("cli").expect(200), Map.of("username", user, "password", password));
  }

  private static void assertIsIn(Response response) {
    assertThat(response.status()).as(response.body()).isEqualTo(302);
    assertThat(response.header("Location")).contains("code=");
  }

  /** A browser in which the user has logged in, and whose session is over. */
  private static Visitor knownTo(String user) {
    Visitor visitor = SERVER.visitor(newAddress());
    assertIsIn(signIn(visitor, user, PASSWORD));
    return visitor.withOnly(COOKIE).at(newAddress());
  }

  /** Wrong passwords, each from another address: the account is full, and locked by Keycloak. */
  private static void strangersLockOut(String user) {
    strangersLockOut(user, PER_ACCOUNT + 2);
  }

  private static void strangersLockOut(String user, int attempts) {
    int reached = 0;
    while (!SERVER.failures(user).get("disabled").asBoolean()) {
      SERVER.failAndBook(newAddress(), user);
      reached++;
    }
    for (int i = reached; i < attempts; i++) {
      reached += SERVER.grant(newAddress(), user, "wrong").status() == 400 ? 1 : 0;
    }
    assertThat(reached).isEqualTo(PER_ACCOUNT);
  }

  @Test
  void theOwnerIsInAtOnceWhateverStrangersDo() throws Exception {
    String user = SERVER.newUser();
    Visitor known = knownTo(user);
    strangersLockOut(user, 200);
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 2; i++) {
        threads.submit(
            () -> {
              while (!done.get()) {
                SERVER.grant(newAddress(), user, "wrong");
              }
            });
      }
      for (int i = 0; i < 100; i++) {
        // Each login has a new cookie, which the next one takes.
        assertIsIn(signIn(known, user, PASSWORD));
        known = known.withOnly(COOKIE);
      }
    } finally {
      done.set(true);
      threads.shutdownNow();
    }
    // The owner's success opens nothing to strangers.
    assertThat(SERVER.failures(user).get("disabled").asBoolean()).isTrue();
  }

  @Test
  void ofTwoBrowsersTheKnownOneIsIn() {
    String user = SERVER.newUser();
    Visitor known = knownTo(user);
    Visitor second = knownTo(user);
    Visitor stranger = SERVER.visitor(newAddress());
    strangersLockOut(user);
    assertThat(signIn(stranger, user, PASSWORD).status()).isEqualTo(429);
    assertIsIn(signIn(known, user, PASSWORD));
    assertIsIn(signIn(second, user, PASSWORD));
  }

  @Test
  void fromAnAddressOfRecentSuccessTheOwnerIsInWithoutACookie() {
    String user = SERVER.newUser();
    String home = newAddress();
    SERVER.grant(home, user, PASSWORD).expect(200);
    strangersLockOut(user);
    for (int i = 0; i < 10; i++) {
      SERVER.grant(home, user, PASSWORD).expect(200);
    }
    SERVER.grant(newAddress(), user, PASSWORD).expect(429);
    // It is an address as any other.
    for (int i = 0; i < PER_ADDRESS; i++) {
      SERVER.grant(home, user, "wrong").expect(400);
    }
    SERVER.grant(home, user, PASSWORD).expect(429);
  }

  @Test
  void aDeviceHasAWindowOfItsOwn() {
    String user = SERVER.newUser();
    Visitor known = knownTo(user);
    Visitor second = knownTo(user);
    for (int i = 0; i < PER_DEVICE; i++) {
      assertThat(signIn(known, user, "wrong").status()).isEqualTo(200);
    }
    // Neither the owner's other device nor the strangers' window has any of it.
    assertIsIn(signIn(second, user, PASSWORD));
    assertThat(SERVER.failures(user).get("numFailures").asInt()).isZero();
    for (int i = 0; i < PER_ACCOUNT; i++) {
      SERVER.grant(newAddress(), user, "wrong").expect(400);
    }
    assertThat(signIn(known, user, PASSWORD).status()).isEqualTo(429);
  }

  /** N4: with a stolen cookie a thief fills its window, and the owner has the same cookie. */
  @Test
  void aKnownDeviceIsNeverWorseOffThanAnyOther() {
    String user = SERVER.newUser();
    String cookie = knownTo(user).cookie(COOKIE);
    String home = newAddress();
    SERVER.grant(home, user, PASSWORD).expect(200);
    for (int i = 0; i < PER_DEVICE; i++) {
      assertThat(signIn(bearing(cookie, newAddress()), user, "wrong").status()).isEqualTo(200);
    }
    assertIsIn(signIn(bearing(cookie, newAddress()), user, PASSWORD));
    strangersLockOut(user);
    assertThat(signIn(bearing(cookie, newAddress()), user, PASSWORD).status()).isEqualTo(429);
    assertIsIn(signIn(bearing(cookie, home), user, PASSWORD));
  }

  /** The user at the next desk of a shared browser is a stranger to this one's name, and known. */
  @Test
  void aBrowserKnowsSeveralUsers() {
    String one = SERVER.newUser();
    String two = SERVER.newUser();
    Visitor shared = knownTo(one);
    assertIsIn(signIn(shared, two, PASSWORD));
    shared = shared.withOnly(COOKIE);
    strangersLockOut(one);
    strangersLockOut(two);
    assertIsIn(signIn(shared, one, PASSWORD));
    assertIsIn(signIn(shared.withOnly(COOKIE), two, PASSWORD));
  }

  @Test
  void theCookieIsAsKeycloaksOwn() {
    String user = SERVER.newUser();
    Visitor visitor = SERVER.visitor(newAddress());
    Response in = signIn(visitor, user, PASSWORD);
    List<String> cookies =
        in.headers().allValues("Set-Cookie").stream()
            .filter(cookie -> cookie.startsWith(COOKIE + "="))
            .toList();
    assertThat(cookies).hasSize(1);
    assertThat(cookies.get(0))
        .containsIgnoringCase("HttpOnly")
        .containsIgnoringCase("SameSite=Lax")
        .containsIgnoringCase("Path=/realms/limits/")
        .containsIgnoringCase("Max-Age=7776000")
        .doesNotContain(user)
        .doesNotContain(SERVER.userId(user));
    // A token request is no browser's.
    assertThat(
            SERVER.grant(newAddress(), user, PASSWORD).headers().allValues("Set-Cookie").toString())
        .doesNotContain(COOKIE);
    // Another cookie at each login.
    String first = visitor.cookie(COOKIE);
    Visitor again = visitor.withOnly(COOKIE);
    assertIsIn(signIn(again, user, PASSWORD));
    assertThat(again.cookie(COOKIE)).isNotEqualTo(first).hasSameSizeAs(first);
  }

  @Test
  void aNewPasswordEndsTheCookie() {
    String user = SERVER.newUser();
    Visitor stolen = knownTo(user);
    String home = newAddress();
    SERVER.grant(home, user, PASSWORD).expect(200);
    String path = "/realms/limits/users/" + SERVER.userId(user) + "/reset-password";
    SERVER
        .admin()
        .put(
            path,
            """
            {"type": "password", "value": "another-limit-battery", "temporary": false}
            """)
        .expect(204);
    strangersLockOut(user);
    assertThat(signIn(stolen, user, "another-limit-battery").status()).isEqualTo(429);
    SERVER.grant(home, user, "another-limit-battery").expect(429);
  }

  private static Visitor bearing(String cookie, String address) {
    return SERVER.visitor(address).bearing(COOKIE, cookie);
  }

  private enum EverywhereOut {
    /** "Sign out all devices" of the account console. */
    IN_THE_ACCOUNT {
      @Override
      void end(String user) {
        Response tokens =
            SERVER.grant(newAddress(), user, PASSWORD, Map.of("scope", "openid")).expect(200);
        SERVER.grant(newAddress(), user, PASSWORD, Map.of("scope", "openid")).expect(200);
        String token = "Bearer " + tokens.text("access_token");
        Http.send(
                Http.request(SERVER.realmUrl() + "/account/sessions")
                    .header("Accept", "application/json")
                    .header("Authorization", token)
                    .DELETE())
            .expect(204);
        // The session that the user keeps goes on.
        Http.get(SERVER.endpoint("userinfo"), "Authorization", token).expect(200);
        Http.postForm(
                SERVER.endpoint("token"),
                Map.of(
                    "grant_type", "refresh_token",
                    "client_id", "cli",
                    "refresh_token", tokens.text("refresh_token")))
            .expect(200);
      }
    },
    BY_THE_ADMINISTRATOR {
      @Override
      void end(String user) {
        SERVER
            .admin()
            .post("/realms/limits/users/" + SERVER.userId(user) + "/logout", "{}")
            .expect(204);
      }
    },
    BY_THE_IDENTITY_PROVIDER {
      @Override
      void end(String user) {
        SERVER.revoker().end(SERVER.userId(user)).expect(204);
      }
    },
    /** "Sign out from other devices" on the page of a new second factor. */
    WITH_A_NEW_FACTOR {
      @Override
      void end(String user) {
        String path = "/realms/limits/users/" + SERVER.userId(user);
        SERVER.grant(newAddress(), user, PASSWORD, Map.of("scope", "openid")).expect(200);
        SERVER
            .admin()
            .put(path, Json.of(Map.of("requiredActions", List.of("CONFIGURE_TOTP"))))
            .expect(204);
        Visitor owner = SERVER.visitor(newAddress());
        Response page = signIn(owner, user, PASSWORD);
        String raw = page.element("[name=totpSecret]").attr("value");
        String manual = SERVER.url().resolve(Visitor.link(page, "mode=manual")).toString();
        Response form = owner.open(manual);
        String code = new Authenticator(form.element("#kc-totp-secret-key").text()).code();
        assertIsIn(
            owner.submit(form, Map.of("totp", code, "totpSecret", raw, "logout-sessions", "on")));
        for (JsonNode credential : SERVER.admin().get(path + "/credentials").json()) {
          if (credential.get("type").asText().equals("otp")) {
            SERVER.admin().delete(path + "/credentials/" + credential.get("id").asText());
          }
        }
        // Who has just signed out the others stays known.
        assertIsIn(signIn(owner.withOnly(COOKIE).at(newAddress()), user, PASSWORD));
      }
    },
    /** "Sign out all active sessions" of the realm. */
    ALL_USERS {
      @Override
      void end(String user) {
        SERVER.admin().post("/realms/limits/logout-all", "{}").expect(200);
      }
    },
    /** "Not before" of the realm. */
    BY_A_TIME_OF_THE_REALM {
      @Override
      void end(String user) {
        ObjectNode realm = (ObjectNode) SERVER.admin().get("/realms/limits").expect(200).json();
        // In the same second as another test's it would be no change.
        int before =
            Math.max(realm.get("notBefore").asInt() + 1, (int) Instant.now().getEpochSecond());
        realm.put("notBefore", before);
        SERVER.admin().put("/realms/limits", realm.toString()).expect(204);
      }
    };

    abstract void end(String user);
  }

  /** N4: devices and addresses alike. */
  @ParameterizedTest
  @EnumSource
  void signingOutEverywhereEndsWhatIsKnown(EverywhereOut way) {
    String user = SERVER.newUser();
    Visitor stolen = knownTo(user);
    String home = newAddress();
    SERVER.grant(home, user, PASSWORD).expect(200);
    way.end(user);
    Visitor later = knownTo(user);
    strangersLockOut(user);
    assertThat(signIn(stolen, user, PASSWORD).status()).isEqualTo(429);
    SERVER.grant(home, user, PASSWORD).expect(429);
    assertIsIn(signIn(later, user, PASSWORD));
  }

  /** R2: what ends the known devices ends no token of the session that the user keeps. */
  @Test
  void signingOutOthersEndsNoTokenOfTheSessionThatIsKept() {
    String user = SERVER.newUser();
    EverywhereOut.BY_THE_ADMINISTRATOR.end(user);
    Response kept =
        SERVER.grant(newAddress(), user, PASSWORD, Map.of("scope", "openid")).expect(200);
    for (int i = 0; i < 20; i++) {
      SERVER.grant(newAddress(), user, PASSWORD, Map.of("scope", "openid")).expect(200);
    }
    String token = "Bearer " + kept.text("access_token");
    Http.send(
            Http.request(SERVER.realmUrl() + "/account/sessions")
                .header("Accept", "application/json")
                .header("Authorization", token)
                .DELETE())
        .expect(204);
    Http.get(SERVER.endpoint("userinfo"), "Authorization", token).expect(200);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"other user", "other realm", "changed", "cut", "empty", "huge", "swapped"})
  void aCookieThatIsNoneIsAStrangers(String kind) {
    String user = SERVER.newUser();
    String good = knownTo(user).cookie(COOKIE);
    String others = knownTo(SERVER.newUser()).cookie(COOKIE);
    String forged =
        switch (kind) {
          case "other user" -> others;
          case "other realm" -> ofOtherRealm(user);
          case "changed" -> (good.charAt(0) == 'A' ? 'B' : 'A') + good.substring(1);
          case "cut" -> good.substring(0, good.length() - 1);
          case "empty" -> ".";
          case "huge" -> (good + ".").repeat(60) + good;
          // Head and realm's mark of this user's, the rest of somebody else's.
          default -> good.substring(0, 32) + others.substring(32);
        };
    strangersLockOut(user);
    Visitor forger = SERVER.visitor(newAddress()).bearing(COOKIE, forged);
    assertThat(signIn(forger, user, PASSWORD).status()).isEqualTo(429);
    assertIsIn(signIn(SERVER.visitor(newAddress()).bearing(COOKIE, good), user, PASSWORD));
  }

  /** A realm with a user of the same id, whose cookie the forger has by right. */
  private static String ofOtherRealm(String user) {
    String realm = "known-elsewhere";
    SERVER.admin().delete("/realms/" + realm);
    SERVER
        .admin()
        .makeRealm(
            Json.of(
                Map.of(
                    "realm",
                    realm,
                    "enabled",
                    true,
                    "sslRequired",
                    "none",
                    "clients",
                    List.of(
                        Map.of(
                            "clientId",
                            "cli",
                            "publicClient",
                            true,
                            "redirectUris",
                            List.of("http://127.0.0.1/*"))))));
    SERVER.newUserAt(realm, user, user + "@example.org");
    Visitor visitor = SERVER.visitor(newAddress());
    assertIsIn(
        visitor.submit(
            visitor.loginAt(realm, "cli").expect(200),
            Map.of("username", user, "password", PASSWORD)));
    return visitor.cookie(COOKIE);
  }

  /** Keycloak takes them for other names: a known device of one is none of the other. */
  @Test
  void namesThatLookAlikeAreNotKnown() {
    String user = SERVER.newUser();
    String cookie = knownTo(user).cookie(COOKIE);
    for (String name : List.of(user.replace('e', '\u0435'), user + "\u200b")) {
      Visitor visitor = SERVER.visitor(newAddress()).bearing(COOKIE, cookie);
      for (int i = 0; i < PER_ADDRESS; i++) {
        assertThat(signIn(visitor, name, "wrong").status()).isEqualTo(200);
      }
      assertThat(signIn(visitor, name, "wrong").status()).as("by address").isEqualTo(429);
    }
    // And forms of its own name are the same user's: one window.
    String full = newAddress();
    SERVER.fill(full);
    Visitor visitor = bearing(cookie, full);
    List<String> names =
        List.of(user, user.toUpperCase(java.util.Locale.ROOT), user + "@EXAMPLE.org", " " + user);
    for (int i = 0; i < PER_DEVICE; i++) {
      assertThat(signIn(visitor, names.get(i % names.size()), "wrong").status()).isEqualTo(200);
    }
    for (String name : names) {
      assertThat(signIn(visitor, name, PASSWORD).status()).as(name).isEqualTo(429);
    }
  }

  /** A stolen cookie, played again and again, is one device, and then the thief is a stranger. */
  @Test
  void aReplayedCookieIsOneDevice() {
    String user = SERVER.newUser();
    String cookie = knownTo(user).cookie(COOKIE);
    SERVER.lockAfter(10 * PER_ACCOUNT);
    try {
      List<Integer> statuses = new ArrayList<>();
      for (int i = 0; i < PER_DEVICE + PER_ACCOUNT + 5; i++) {
        Visitor thief = SERVER.visitor(newAddress()).bearing(COOKIE, cookie);
        statuses.add(signIn(thief, user, "wrong").status());
      }
      int tested = PER_DEVICE + PER_ACCOUNT;
      assertThat(statuses.subList(0, tested)).containsOnly(200);
      assertThat(statuses.subList(tested, statuses.size())).containsOnly(429);
    } finally {
      SERVER.lockAfter(1);
    }
  }
}

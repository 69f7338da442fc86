package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.PER_ADDRESS;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.LimitedServer.nobody;
import static dev.bulwark.it.support.Realm.untilDecided;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Metrics;
import dev.bulwark.it.support.RawHttp;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** L1, attacked: nothing gets a sixth try, and nobody else is locked out. */
@SharedRealm
@Tag("slow")
class LimitAttackIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final int CONCURRENT = 200;

  /** An address of this machine that is no trusted proxy. */
  private static final String STRANGER = "127.0.0.9";

  /** In the shipped realm, whose hashes are counted. */
  @Test
  void ofTwoHundredAtOnceExactlyFiveReachThePassword() throws Exception {
    String address = newAddress();
    double before = verifications();
    List<Integer> statuses =
        concurrently(
            IntStream.range(0, CONCURRENT)
                .<Callable<Integer>>mapToObj(
                    i -> () -> untilDecided(() -> appGrant(address, "alice")).status())
                .toList());
    assertThat(statuses).filteredOn(status -> status == 400).hasSize(PER_ADDRESS);
    assertThat(statuses).filteredOn(status -> status == 429).hasSize(CONCURRENT - PER_ADDRESS);
    assertThat(verifications() - before).isEqualTo(PER_ADDRESS);
    assertThat(appGrant(newAddress(), "bob").status()).as("somebody else").isEqualTo(400);
  }

  private static dev.bulwark.it.support.Response appGrant(String address, String user) {
    return Http.postForm(
        SERVER.url() + "/realms/app/protocol/openid-connect/token",
        Map.of(
            "grant_type", "password", "client_id", "dev-cli", "username", user, "password", "no"),
        "X-Forwarded-For",
        address);
  }

  private static double verifications() {
    return SERVER.metric("bulwark_password_hash_seconds_count", "operation=\"verify\"");
  }

  /** Every browser form and grant at once: they share the address's slots. */
  @Test
  void allWaysAtOnceShareTheSlots() throws Exception {
    String address = newAddress();
    List<String> users = IntStream.range(0, 20).mapToObj(i -> SERVER.newUser()).toList();
    List<Callable<Integer>> attempts = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      String user = users.get(i % users.size());
      attempts.add(() -> untilDecided(() -> SERVER.grant(address, user, "wrong")).status());
      attempts.add(
          () -> {
            Visitor visitor = SERVER.visitor(address);
            return visitor
                .submitAsThePage(
                    visitor.login("cli"), Map.of("username", user, "password", "wrong"))
                .status();
          });
    }
    List<Integer> statuses = concurrently(attempts);
    assertThat(statuses).filteredOn(status -> status != 429).hasSize(PER_ADDRESS);
    assertThat(SERVER.events("invalid_user_credentials", address)).hasSize(PER_ADDRESS);
    SERVER.grant(newAddress(), users.get(0), PASSWORD).expect(200);
  }

  /** T4: without passkeys their fields change nothing. */
  @Test
  void aPasswordBesideAPasskeyUsesASlot() {
    String user = SERVER.newUser();
    Visitor visitor = SERVER.visitor(newAddress());
    Map<String, String> form =
        Map.of("username", user, "password", "wrong", "authenticatorData", "AAAA", "error", "");
    for (int i = 0; i < PER_ADDRESS; i++) {
      assertThat(visitor.submit(visitor.login("cli"), form).status()).isNotEqualTo(429);
    }
    assertThat(visitor.submit(visitor.login("cli"), form).status()).isEqualTo(429);
  }

  /** T4, L3: with passkeys, a name and a password beside one are not looked at. */
  @Test
  void aPasskeyUsesNoSlotAndTellsNoName() {
    String user = SERVER.newUser();
    String address = newAddress();
    passkeys(true);
    Set<Boolean> keptNames = new HashSet<>();
    try {
      for (String name : List.of(user, "nobody-" + UUID.randomUUID())) {
        Visitor visitor = SERVER.visitor(newAddress());
        Map<String, String> form =
            Map.of("username", name, "password", PASSWORD, "authenticatorData", "AAAA");
        for (int i = 0; i <= PER_ADDRESS; i++) {
          var answer = visitor.submit(visitor.login("cli"), form);
          assertThat(answer.status()).as(name).isEqualTo(200);
          assertThat(answer.body())
              .contains("kc-form-login")
              .doesNotContain("id=\"input-error-username", "id=\"input-error-password");
          keptNames.add(answer.body().contains("value=\"" + name + "\""));
        }
      }
      assertThat(keptNames).as("whether the form still has the name").hasSize(1);
      SERVER.fill(address);
      Visitor visitor = SERVER.visitor(address);
      Map<String, String> signature = Map.of("authenticatorData", "AAAA", "userHandle", "AAAA");
      assertThat(visitor.submit(visitor.login("cli"), signature).status())
          .as("a passkey from a full address")
          .isNotEqualTo(429);
    } finally {
      passkeys(false);
    }
  }

  private static void passkeys(boolean enabled) {
    SERVER
        .admin()
        .put(
            "/realms/" + LimitedServer.REALM,
            // Keycloak reads the policy only if it has a name.
            Json.object(
                "webAuthnPolicyPasswordlessRpEntityName",
                "limits",
                "webAuthnPolicyPasswordlessPasskeysEnabled",
                enabled))
        .expect(204);
  }

  /** At the shared server, which has PostgreSQL: that rejects a query with NUL. */
  @Test
  void aNameThatNoDatabaseCanLookForUsesASlot() {
    TestStack stack = TestStack.get();
    double before = granted(stack);
    stack.realm().login("a\0b", "wrong", "openid");
    assertThat(granted(stack) - before).isEqualTo(1);
  }

  private static double granted(TestStack stack) {
    return Metrics.sum(
        stack.keycloak().managementUrl(), "bulwark_limiter_attempts_total", "outcome=\"granted\"");
  }

  /** L3: a refused attempt can be repeated at will, and tells nothing by its time either. */
  @Test
  void aRefusalBehindTheLookUpTakesAsLongForEveryName() {
    for (String name : List.of(SERVER.newUser(), "nobody-" + UUID.randomUUID())) {
      for (int i = 0; i < LimitedServer.PER_ACCOUNT; i++) {
        SERVER.grant(newAddress(), name, "wrong").expect(400);
      }
      String address = newAddress();
      long shortest = Long.MAX_VALUE;
      for (int i = 0; i < 20; i++) {
        long start = System.nanoTime();
        SERVER.grant(address, name, "wrong").expect(429);
        shortest = Math.min(shortest, System.nanoTime() - start);
      }
      assertThat(Duration.ofNanos(shortest)).as(name).isGreaterThanOrEqualTo(Duration.ofMillis(10));
    }
  }

  @Test
  void sprayingFromManyAddressesIsLimitedByTheAccount() throws Exception {
    String user = SERVER.newUser();
    String other = SERVER.newUser();
    List<Integer> statuses =
        concurrently(
            IntStream.range(0, 100)
                .<Callable<Integer>>mapToObj(
                    i ->
                        () ->
                            untilDecided(() -> SERVER.grant(newAddress(), user, "wrong")).status())
                .toList());
    assertThat(statuses).filteredOn(status -> status == 400).hasSize(LimitedServer.PER_ACCOUNT);
    SERVER.grant(newAddress(), other, PASSWORD).expect(200);
  }

  /** Not from a trusted proxy: the header says whatever the attacker likes. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "X-Forwarded-For: 10.66.%d.1",
        "X-Forwarded-For: 10.66.%d.1, 10.67.%d.1",
        "X-Forwarded-For: 2001:db8:%d::1",
        "Forwarded: for=10.66.%d.1",
        "Forwarded: for=\"[2001:db8:%d::1]\"",
        "X-Real-IP: 10.66.%d.1",
        "True-Client-IP: 10.66.%d.1",
        "CF-Connecting-IP: 10.66.%d.1",
        "X-Client-IP: 10.66.%d.1",
        "X-Forwarded-For: 192.0.2.%d", // an allowed network
        "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-For: 10.66.%d.1",
      })
  void aStrangersHeaderIsNotBelieved(String header) {
    String from = "127.1." + Math.floorMod(header.hashCode(), 250) + ".9";
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      statuses.add(strangersGrant(from, List.of(header.replace("%d", Integer.toString(i)))));
    }
    assertThat(statuses.subList(0, PER_ADDRESS)).containsOnly(400);
    assertThat(statuses.subList(PER_ADDRESS, statuses.size())).containsOnly(429);
  }

  @Test
  void aFloodOfHeadersBuysNothing() {
    List<String> many = new ArrayList<>();
    for (int i = 0; i < 90; i++) {
      many.add("X-Forwarded-For: 10.68." + i + ".1");
    }
    List<List<String>> floods =
        List.of(
            many,
            List.of("X-Forwarded-For: " + "10.69.1.1, ".repeat(300) + "10.69.1.2"),
            List.of("X-Forwarded-For: " + "a".repeat(4000)),
            List.of("X-Forwarded-For:"),
            List.of("X-Forwarded-For: %0d%0a, {}, \"', <script>"));
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      for (List<String> flood : floods) {
        statuses.add(strangersGrant(STRANGER, flood));
      }
    }
    assertThat(statuses).filteredOn(status -> status == 400).hasSize(PER_ADDRESS);
    assertThat(statuses.subList(PER_ADDRESS, statuses.size())).containsOnly(429);
  }

  /** A request that the server cannot even read takes nobody's slot. */
  @Test
  void headersBeyondMeasureAreRefusedBeforeAnything() {
    String address = "127.0.0.33";
    for (int i = 0; i < 8; i++) {
      assertThat(strangersGrant(address, List.of("X-Forwarded-For: " + "1".repeat(100_000))))
          .isIn(0, 400, 431);
    }
    assertThat(strangersGrant(address, List.of())).isIn(400, 429);
  }

  private static int strangersGrant(String from, List<String> headers) {
    String answer =
        RawHttp.postFrom(
            from,
            SERVER.url(),
            "/realms/limits/protocol/openid-connect/token",
            Map.of(
                "grant_type", "password",
                "client_id", "cli",
                "username", "nobody-" + System.nanoTime(),
                "password", "wrong"),
            headers);
    return RawHttp.status(answer);
  }

  /** Of the trusted proxy it is believed; so all other tests of this package are who they say. */
  @Test
  void theTrustedProxysHeaderIsBelieved() {
    String address = newAddress();
    SERVER.fill(address);
    SERVER.grant(address, nobody(), "wrong").expect(429);
    SERVER.grant(newAddress(), nobody(), "wrong").expect(400);
    assertThat(SERVER.events("rate_limited", address)).hasSize(1);
  }

  /**
   * A server that was told of no proxy: the shared one, which lets its own machine try as often as
   * it likes. Were the header believed, the attempts would come from elsewhere and be refused.
   */
  @Test
  void withoutAProxyNobodysHeaderIsBelieved() {
    Realm realm = TestStack.get().realm();
    for (int i = 0; i < 2 * PER_ADDRESS; i++) {
      assertThat(
              Http.postForm(
                      realm.endpoint("token"),
                      Map.of(
                          "grant_type", "password",
                          "client_id", "dev-cli",
                          "username", "nobody-" + i,
                          "password", "wrong"),
                      "X-Forwarded-For",
                      "10.70.0.1",
                      "Forwarded",
                      "for=10.70.0.1")
                  .status())
          .isEqualTo(400);
    }
  }

  /** One subscriber has a whole /64 and may come from any address of it. */
  @Test
  void ipv6CountsByItsNetwork() {
    for (int i = 0; i < PER_ADDRESS; i++) {
      SERVER.grant("2001:db8:77:1::" + (i + 1), nobody(), "wrong").expect(400);
    }
    SERVER.grant("2001:db8:77:1:ffff::99", nobody(), "wrong").expect(429);
    SERVER.grant("2001:DB8:0077:0001:0:0:0:1", nobody(), "wrong").expect(429);
    SERVER.grant("2001:db8:77:2::1", nobody(), "wrong").expect(400);
  }

  /** Whoever has a /48 has 65,536 networks (L1). */
  @Test
  void ipv6CountsByItsSiteToo() {
    SERVER.setAttribute("loginRateLimiter.networkLimit", "12");
    try {
      for (int i = 0; i < 12; i++) {
        String address = "2001:db8:79:" + Integer.toHexString(i) + "::1";
        SERVER.grant(address, nobody(), "wrong").expect(400);
      }
      SERVER.grant("2001:db8:79:ff::1", nobody(), "wrong").expect(429);
      SERVER.grant("2001:0DB8:0079:abcd:0:0:0:1", nobody(), "wrong").expect(429);
      SERVER.grant("2001:db8:80:ff::1", nobody(), "wrong").expect(400);
    } finally {
      SERVER.setAttribute("loginRateLimiter.networkLimit", "100");
    }
  }

  /** M3, attacked: another form of the code or of the address is no other window. */
  @Test
  void formsOfAUserCodeAndOfAnAddressAreOne() {
    List<String> forms =
        List.of(
            "2001:db8:b1:1::1",
            "2001:DB8:00B1:0001:0:0:0:2",
            "[2001:db8:b1:1::3]",
            "2001:db8:b1:1::4");
    List<String> codes = List.of("ABCD-EFGH", "abcd-efgh", "ABCDEFGH", " ABCD-EFGH");
    for (int i = 0; i < PER_ADDRESS; i++) {
      assertThat(enterUserCode(forms.get(i % forms.size()), codes.get(i % codes.size())))
          .isNotEqualTo(429);
    }
    for (String form : forms) {
      assertThat(enterUserCode(form, "WXYZ-WXYZ")).as(form).isEqualTo(429);
    }
    SERVER.grant(forms.get(0), nobody(), "wrong").expect(400);
  }

  /** M3, attacked: whoever has a /48 has 65,536 networks to guess user codes from. */
  @Test
  void userCodesCountByTheSiteToo() {
    SERVER.setAttribute("loginRateLimiter.networkLimit", "12");
    try {
      for (int i = 0; i < 12; i++) {
        String address = "2001:db8:b2:" + Integer.toHexString(i) + "::1";
        assertThat(enterUserCode(address, "ABCD-EFGH")).isNotEqualTo(429);
      }
      assertThat(enterUserCode("2001:db8:b2:ff::1", "ABCD-EFGH")).isEqualTo(429);
      assertThat(enterUserCode("2001:db8:b3:ff::1", "ABCD-EFGH")).isNotEqualTo(429);
      // In a window of its own: logins of that site go on.
      SERVER.grant("2001:db8:b2:ff::1", nobody(), "wrong").expect(400);
    } finally {
      SERVER.setAttribute("loginRateLimiter.networkLimit", "100");
    }
  }

  private static int enterUserCode(String address, String code) {
    return SERVER
        .visitor(address)
        .open(SERVER.realmUrl() + "/device?" + Http.encode(Map.of("user_code", code)))
        .status();
  }

  /** Some proxies tell the port too, which is another at each connection. */
  @Test
  void thePortIsNoPartOfTheAddress() {
    String address = newAddress();
    for (int i = 0; i < PER_ADDRESS; i++) {
      SERVER.grant(address + ":" + (1024 + i), nobody(), "wrong").expect(400);
      SERVER.grant("[2001:db8:78:1::" + i + "]:" + (1024 + i), nobody(), "wrong").expect(400);
    }
    SERVER.grant(address + ":2048", nobody(), "wrong").expect(429);
    SERVER.grant(address, nobody(), "wrong").expect(429);
    SERVER.grant("[2001:db8:78:1::9]:2048", nobody(), "wrong").expect(429);
    SERVER.grant("2001:db8:78:1::9", nobody(), "wrong").expect(429);
  }

  /** Cancelling a password form tests nothing, whatever it brings. */
  @Test
  void whatIsCancelledTestsNothing() {
    String address = newAddress();
    String user = SERVER.newUser();
    for (int i = 0; i < 2 * PER_ADDRESS; i++) {
      Visitor visitor = SERVER.visitor(address);
      visitor.submit(
          visitor.login("cli"), Map.of("username", user, "password", PASSWORD, "cancel", "x"));
    }
    assertThat(SERVER.events("invalid_user_credentials", address)).isEmpty();
    assertThat(SERVER.events("rate_limited", address)).isEmpty();
    SERVER.fill(address);
  }

  @Test
  void ipv4MappedInIpv6IsTheIpv4Address() {
    String address = newAddress();
    SERVER.fill(address);
    SERVER.grant("::ffff:" + address, nobody(), "wrong").expect(429);
  }

  private static List<Integer> concurrently(List<Callable<Integer>> calls) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(calls.size());
    try {
      List<Integer> results = new ArrayList<>();
      for (Future<Integer> result : threads.invokeAll(calls)) {
        results.add(result.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}

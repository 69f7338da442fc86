package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.PASSWORD;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.LimitedServer.nobody;
import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Json;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** L1: the limit while Redis is away, slow or emptied. */
class LimitFaultsIT {

  private static final LimitedServer SERVER = LimitedServer.shared();
  private static final String ALONE = "Login attempts are limited on this node only";
  private static final String TOGETHER = "Login attempts are limited across all nodes again";

  @AfterEach
  void redisIsThere() {
    if (!SERVER.redis().isAlive()) {
      SERVER.redis().startAgain();
    }
    SERVER.redis().resume();
    awaitAlone(false);
  }

  @Test
  void withoutRedisTheNodeLimitsAloneAndGoesOnFromWhereItWas() {
    String seen = newAddress();
    for (int i = 0; i < 3; i++) {
      SERVER.grant(seen, nobody(), "wrong").expect(400);
    }
    int aloneBefore = occurrences(ALONE);
    int togetherBefore = occurrences(TOGETHER);
    SERVER.redis().kill();
    awaitAlone(true);
    // Three of the five are taken already.
    SERVER.grant(seen, nobody(), "wrong").expect(400);
    SERVER.grant(seen, nobody(), "wrong").expect(400);
    SERVER.grant(seen, nobody(), "wrong").expect(429);
    String fresh = newAddress();
    SERVER.fill(fresh);
    SERVER.grant(fresh, nobody(), "wrong").expect(429);
    // And who has the right password logs in.
    String user = SERVER.newUser();
    String good = newAddress();
    for (int i = 0; i < 8; i++) {
      SERVER.grant(good, user, PASSWORD).expect(200);
    }
    assertThat(occurrences(ALONE) - aloneBefore).isEqualTo(1);

    SERVER.redis().startAgain();
    awaitAlone(false);
    SERVER.grant(fresh, nobody(), "wrong").expect(429);
    String later = newAddress();
    SERVER.fill(later);
    SERVER.grant(later, nobody(), "wrong").expect(429);
    assertThat(SERVER.redis().admin("KEYS", "limit:*a:" + later)).isNotBlank();
    assertThat(occurrences(TOGETHER) - togetherBefore).isEqualTo(1);
  }

  /** It costs one attempt the time-out of the connection, and the others nothing. */
  @Test
  void aRedisThatDoesNotAnswerHoldsNobodyUp() {
    SERVER.redis().pause();
    String address = newAddress();
    long start = System.nanoTime();
    SERVER.fill(address);
    SERVER.grant(address, nobody(), "wrong").expect(429);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(6));
    awaitAlone(true);
  }

  @Test
  void whatRedisForgetsTheNodeStillKnows() {
    String address = newAddress();
    SERVER.fill(address);
    SERVER.redis().flushAll();
    SERVER.redis().admin("SCRIPT", "FLUSH");
    SERVER.grant(address, nobody(), "wrong").expect(429);
    String fresh = newAddress();
    SERVER.fill(fresh);
    SERVER.grant(fresh, nobody(), "wrong").expect(429);
  }

  /** An administrator lifts a limit: on the node that answers, and not in Redis. */
  @Test
  void withoutRedisALimitIsLiftedOnOneNodeAlone() {
    String address = newAddress();
    SERVER.fill(address);
    SERVER.grant(address, nobody(), "wrong").expect(429);
    SERVER.redis().kill();
    awaitAlone(true);
    SERVER.grant(address, nobody(), "wrong").expect(429);
    assertThat(unblock(address)).as("everywhere").isFalse();
    SERVER.grant(address, nobody(), "wrong").expect(400);
    // With Redis the same holds on all nodes.
    SERVER.redis().startAgain();
    awaitAlone(false);
    assertThat(unblock(address)).as("everywhere").isTrue();
    for (int i = 0; i < LimitedServer.PER_ADDRESS; i++) {
      SERVER.grant(address, nobody(), "wrong").expect(400);
    }
    SERVER.grant(address, nobody(), "wrong").expect(429);
  }

  private static boolean unblock(String address) {
    return SERVER
        .admin()
        .post(
            "/realms/" + LimitedServer.REALM + "/login-limits/unblock",
            Json.object("address", address))
        .expect(200)
        .json()
        .get("everywhere")
        .asBoolean();
  }

  @Test
  void inRedisIsNoNameInClear() {
    String address = newAddress();
    SERVER.grant(address, "a-secret-name@example.org", "a-secret-password").expect(400);
    String keys = SERVER.redis().admin("KEYS", "*");
    assertThat(keys).contains(address).doesNotContain("secret");
    for (String key : keys.lines().filter(key -> key.startsWith("limit:")).toList()) {
      assertThat(SERVER.redis().admin("ZRANGE", key, "0", "-1")).doesNotContain("secret");
      Duration life = Duration.ofMinutes(1);
      if (key.endsWith("}:l")) {
        life = Duration.ofHours(1); // windows that an administrator has emptied
      } else if (key.contains("}:ka:")) {
        life = Duration.ofDays(7); // the mark of an address from which a user has logged in
      } else if (key.contains("}:kf:") || key.contains("}:kg:")) {
        life = Duration.ofHours(12); // failures on a known device or from a known address
      }
      assertThat(Long.parseLong(SERVER.redis().admin("PTTL", key)))
          .as(key)
          .isLessThanOrEqualTo(life.toMillis());
    }
  }

  private static void awaitAlone(boolean alone) {
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              // It is an attempt that finds out that Redis is back.
              SERVER.grant(newAddress(), nobody(), "wrong");
              return SERVER.metric("bulwark_limiter_alone", "") == (alone ? 1 : 0);
            });
  }

  private static int occurrences(String text) {
    return SERVER.keycloak().log().split(java.util.regex.Pattern.quote(text), -1).length - 1;
  }
}

package dev.bulwark.it.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.it.support.CheckedToken;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.LocalRedis;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * R5, R12: what a relying app sees through the library while a real Keycloak feeds a real Redis.
 */
class CheckerLibraryIT {

  private static final TestStack STACK = TestStack.get();
  private static final PathRealm REALM = PathRealm.create(STACK.url(), STACK.admin(), "checker");
  private static final RevokedKeys KEYS = new RevokedKeys(STACK.redis().url());
  private static final RevocationChecker CHECKER =
      new RevocationChecker(
          JedisAccess.standalone("127.0.0.1", STACK.redis().port(), JedisSettings.defaults()),
          CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build());

  @AfterAll
  static void close() {
    CHECKER.close();
    KEYS.close();
    REALM.delete();
  }

  @BeforeEach
  void redisIsFedAndKnowsTheNewRealm() {
    // Connections of before an outage are dead.
    KEYS.client().getPool().clear();
    await()
        .atMost(Duration.ofSeconds(60))
        .until(() -> CHECKER.check(CheckedToken.unknown(REALM.url())) == Verdict.LIVE);
  }

  @Test
  void aTokenIsGoodUntilItsLogoutHasBeenAnswered() {
    Response tokens = REALM.login("ann");
    Response other = REALM.login("ben");
    assertThat(check(tokens)).isEqualTo(Verdict.LIVE);

    REALM.logout("cli", tokens.text("refresh_token")).expect(204);

    assertThat(check(tokens)).isEqualTo(Verdict.REVOKED);
    assertThat(check(other)).isEqualTo(Verdict.LIVE);
  }

  /** R12: whoever imports a realm logs in at once, and applications honour the token. */
  @Test
  void theFirstTokenOfANewRealmIsKnown() {
    for (int i = 0; i < 10; i++) {
      // Every second time with the name of the one before.
      PathRealm fresh = PathRealm.create(STACK.url(), STACK.admin(), "fresh-" + i / 2);
      assertThat(check(fresh.login("ann"))).as("realm %d", i).isEqualTo(Verdict.LIVE);
      fresh.delete();
    }
  }

  @Test
  void theWatermarkFollowsTheClock() {
    long before = watermark();
    await().atMost(Duration.ofSeconds(60)).until(() -> watermark() > before);
    long watermark = watermark();
    long age = System.currentTimeMillis() - watermark;
    // 1.5 s of lag, and some rounds of a busy server.
    assertThat(age).isBetween(1_500L, 60_000L);
    assertThat(KEYS.client().pttl("revocation:complete")).isBetween(1L, 10_000L);
  }

  private static long watermark() {
    return Long.parseLong(
        Objects.requireNonNull(KEYS.client().get("revocation:complete"), "no watermark"));
  }

  /** From the flush until Redis is filled again no check says that the dead token is good. */
  @Test
  void anEmptiedRedisNeverMakesADeadTokenGood() {
    Response dead = REALM.login("ann");
    Response alive = REALM.login("ben");
    REALM.logout("cli", dead.text("refresh_token")).expect(204);
    assertThat(check(dead)).isEqualTo(Verdict.REVOKED);

    KEYS.client().flushAll();

    Set<Verdict> seen = EnumSet.noneOf(Verdict.class);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(1))
        .until(
            () -> {
              seen.add(check(dead));
              return check(alive) == Verdict.LIVE;
            });
    seen.add(check(dead));
    assertThat(seen).doesNotContain(Verdict.LIVE, Verdict.LIVE_STALE).contains(Verdict.REVOKED);
  }

  /** Redis comes back empty, and a logout happened meanwhile. */
  @Test
  void anOutageNeverMakesADeadTokenGood() {
    Response before = REALM.login("ann");
    Response during = REALM.login("ann");
    Response alive = REALM.login("ben");
    REALM.logout("cli", before.text("refresh_token")).expect(204);
    STACK.redis().stop();
    try {
      REALM.logout("cli", during.text("refresh_token")).expect(204);
      assertThat(check(during)).isEqualTo(Verdict.UNKNOWN);
      STACK.redis().startAgain();
      Set<Verdict> seen = EnumSet.noneOf(Verdict.class);
      await()
          .atMost(Duration.ofSeconds(30))
          .pollInterval(Duration.ofMillis(1))
          .until(
              () -> {
                seen.add(check(before));
                seen.add(check(during));
                return check(alive) == Verdict.LIVE;
              });
      assertThat(check(before)).isEqualTo(Verdict.REVOKED);
      assertThat(check(during)).isEqualTo(Verdict.REVOKED);
      assertThat(seen).doesNotContain(Verdict.LIVE, Verdict.LIVE_STALE);
    } finally {
      if (!LocalRedis.answers(STACK.redis().port())) {
        STACK.redis().startAgain();
      }
    }
  }

  private static Verdict check(Response tokens) {
    return CHECKER.check(CheckedToken.of(tokens.text("access_token")));
  }
}

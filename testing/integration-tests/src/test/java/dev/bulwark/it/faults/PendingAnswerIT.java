package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.Waits;
import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * R13: a response that did not wait until Redis had the ids says so, and no other response does.
 */
class PendingAnswerIT {

  private static final String HEADER = "Bulwark-Revocation";
  private static final String COUNTER = "bulwark_revocation_answered_early_total";

  private static RedisProcess redis;
  private static FaultServer server;

  private IssuedTokens tokens;

  @BeforeAll
  static void start() {
    redis = RedisProcess.of(RedisKind.REDIS).start();
    server = FaultServer.start("pending-answers", redis.url(), null, spec -> spec);
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @BeforeEach
  void makeRealm() {
    server.awaitRedisUp(1);
    tokens =
        IssuedTokens.inNewRealm(
            server.keycloak().url(), server.admin(), "pending-" + UUID.randomUUID(), redis::ttl);
  }

  @Test
  void withRedisThereIsNoHeader() {
    double before = server.metric(COUNTER);
    assertThat(tokens.logout(tokens.login("ann")).header(HEADER)).isEmpty();
    assertThat(tokens.revoke(tokens.login("ann")).header(HEADER)).isEmpty();
    tokens.login("ann");
    assertThat(logoutByAdmin("ann").header(HEADER)).isEmpty();
    assertThat(server.metric(COUNTER)).isEqualTo(before);
    tokens.awaitAgreement(3, Waits.SOON);
  }

  /** The first call notices that Redis does not answer; the others do not wait for it. */
  @Test
  void whileRedisDoesNotAnswerItIsThere() {
    double before = server.metric(COUNTER);
    Response ended = tokens.login("ann");
    Response revoked = tokens.login("ann");
    tokens.login("ben");
    redis.pause();
    try {
      assertThat(tokens.logout(ended).header(HEADER)).isEqualTo("pending");
      assertThat(tokens.revoke(revoked).header(HEADER)).isEqualTo("pending");
      assertThat(logoutByAdmin("ben").header(HEADER)).isEqualTo("pending");
      server.awaitMetric(COUNTER, before + 3);
    } finally {
      redis.resume();
    }
    tokens.awaitAgreement(3, Waits.SOON);
    await()
        .atMost(Waits.SOON)
        .until(() -> tokens.logout(tokens.login("cyn")).header(HEADER).isEmpty());
  }

  private Response logoutByAdmin(String user) {
    return tokens.logoutByAdmin(server.admin(), user);
  }
}

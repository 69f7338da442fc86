package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.SharedDatabase;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** R5: the bundle is installed while tokens are alive of which it knows nothing. */
@Tag("full")
class InstalledLaterIT {

  /** What an installation makes. */
  private static final String TABLES =
      "DROP TABLE BULWARK_TOKEN, BULWARK_REVOKED_TOKEN, BULWARK_LEASE, BULWARK_REVOCATION_SCOPE,"
          + " BULWARK_LAST_SEEN, BULWARK_REVOCATION_REALM,"
          + " DATABASECHANGELOG_REVOCATION";

  @Test
  void aTokenOfBeforeIsUnknownToAnApplicationThatFailsClosed() {
    try (DatabaseProcess database = SharedDatabase.require();
        RedisProcess redis = RedisProcess.start();
        FaultServer server =
            FaultServer.start("installed-later", redis.url(), database, spec -> spec);
        RevocationChecker checker =
            new RevocationChecker(
                JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
                CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build())) {
      server.awaitRedisUp(1);
      IssuedTokens tokens =
          IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "installed", redis::ttl);
      Response before = tokens.login("ann");
      Response others = tokens.login("ben");
      await().atMost(SOON).until(() -> Verdicts.of(checker, before) == Verdict.LIVE);

      server.keycloak().stop();
      database.sql(TABLES);
      redis.flushAll();
      server.keycloak().startAgain();
      server.awaitRedisUp(1);
      Response after = tokens.login("ann");
      await().atMost(SOON).until(() -> Verdicts.of(checker, after) == Verdict.LIVE);
      assertThat(Verdicts.of(checker, before)).isEqualTo(Verdict.UNKNOWN);
      assertThat(Verdicts.of(checker, others)).isEqualTo(Verdict.UNKNOWN);
      tokens.logout(before);
      assertThat(Verdicts.of(checker, before)).isNotEqualTo(Verdict.LIVE);

      // It stays so at the next start.
      server.keycloak().stop();
      server.keycloak().startAgain();
      await().atMost(SOON).until(() -> Verdicts.of(checker, after) == Verdict.LIVE);
      assertThat(Verdicts.of(checker, others)).isEqualTo(Verdict.UNKNOWN);
    }
  }
}

package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.RealmFile;
import dev.bulwark.testing.Programs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * R3, K6: the commands of docs/operations/backup-and-restore.md, and what a database that is older
 * than the tokens in use means.
 */
@Tag("full")
class RestoredDatabaseIT {

  private static final String DOCUMENT = "docs/operations/backup-and-restore.md";
  private static final Pattern REVOKE_KEY = Pattern.compile("`(kcadm\\.sh delete [^`]*)`");

  @TempDir private Path folder;

  @Test
  void nothingOfTheLostTimeIsAcceptedAfterTheSteps() throws Exception {
    Programs.require("pg_dump", "postgresql-client");
    String backUp =
        ShellBlock.of("docs/operations/backup-and-restore.md", "What to back up").commands();
    String restore = ShellBlock.of("docs/operations/backup-and-restore.md", "Restore").commands();
    String forgetEarlierTokens =
        ShellBlock.of("docs/operations/backup-and-restore.md", "Restore", 2).commands();
    String endSessions =
        ShellBlock.of("docs/operations/backup-and-restore.md", "Restore", 3).commands();

    Path realm = RealmFile.development().writeTo(folder.resolve("import"));
    try (PostgresProcess database = PostgresProcess.prepared();
        RedisProcess redis = RedisProcess.start();
        FaultServer server =
            FaultServer.start(
                "restored-database",
                redis.url(),
                database,
                spec -> spec.environment(RealmFile.developmentEnvironment()).realmFile(realm));
        RevocationChecker checker =
            new RevocationChecker(
                JedisAccess.standalone("127.0.0.1", redis.port(), JedisSettings.defaults()),
                CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build())) {
      server.awaitRedisUp(1);
      IssuedTokens tokens =
          IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "restored", redis::ttl);
      NodeKeys keys = new NodeKeys(server.keycloak(), server.admin());
      NodeKeys.Key key = keys.ofNewUser("keyed");
      Response ended = tokens.login("ann");
      Response kept = tokens.login("ben");
      Response offline = tokens.loginOffline("ben");
      for (Response each : List.of(ended, kept, offline)) {
        await().atMost(SOON).until(() -> hasRow(database, each));
      }
      run(database, backUp);

      // The lost time.
      Response issued = tokens.service();
      tokens.logout(ended);
      keys.admin().delete(key.path()).expect(204);
      assertThat(keys.isGood(key)).isFalse();
      await().atMost(SOON).until(() -> Verdicts.of(checker, issued) == Verdict.LIVE);

      server.keycloak().stop();
      run(database, restore);
      server.keycloak().startAgain();
      await().atMost(SOON).until(() -> Verdicts.of(checker, issued) == Verdict.LIVE);
      assertThat(hasRow(database, issued)).isFalse();
      assertThat(tokens.isInRedis(ended)).as("Redis has kept it").isTrue();
      assertThat(Verdicts.of(checker, kept)).isEqualTo(Verdict.LIVE);
      assertThat(keys.isGood(key)).as("the key is back").isTrue();
      Response back = tokens.refresh(ended);

      server.keycloak().stop();
      run(database, forgetEarlierTokens);
      server.keycloak().startAgain();
      server.awaitRedisUp(1);
      Response fresh = tokens.login("cyn");
      // Not two conditions: what the former start wrote to Redis is believed for a while.
      await()
          .atMost(SOON)
          .until(
              () ->
                  Verdicts.of(checker, fresh) == Verdict.LIVE
                      && Verdicts.of(checker, issued) == Verdict.UNKNOWN);
      assertThat(Verdicts.of(checker, kept)).isEqualTo(Verdict.UNKNOWN);
      assertThat(Verdicts.of(checker, back)).isEqualTo(Verdict.UNKNOWN);

      administer(server, endSessions);
      for (Response each : List.of(back, kept, offline, fresh)) {
        await().atMost(SOON).until(() -> Verdicts.of(checker, each) == Verdict.REVOKED);
        assertThat(tokens.tryRefresh(each).status()).isEqualTo(400);
      }
      assertThat(keys.isGood(key)).as("no session of a user").isTrue();
      administer(server, revokeKey().replace("/ID ", "/" + key.id() + " "));
      assertThat(keys.isGood(key)).isFalse();
    }
  }

  private static String revokeKey() {
    Matcher command = REVOKE_KEY.matcher(Repository.text(DOCUMENT));
    assertThat(command.find()).isTrue();
    return command.group(1);
  }

  private void run(PostgresProcess database, String command) {
    Commands.bash(folder, Map.of("DATABASE", database.uri()), command).expect(0);
  }

  private void administer(FaultServer server, String commands) {
    Commands.kcadm(folder, server.keycloak().url(), Map.of(), commands).expect(0);
  }

  private static boolean hasRow(PostgresProcess database, Response tokens) {
    String jti = Realm.claims(tokens.text("access_token")).get("jti").asText();
    return database.sql("SELECT count(*) FROM bulwark_token WHERE jti = '" + jti + "'").equals("1");
  }
}

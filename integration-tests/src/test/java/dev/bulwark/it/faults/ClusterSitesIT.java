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
import dev.bulwark.redis.process.RedisClusterGroup;
import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/** R11: two sites, each with a Redis Cluster of its own. R5: the library reads both. */
@Tag("full")
class ClusterSitesIT {

  private static final int SESSIONS = 15;

  @Test
  void everyShardOfBothSitesHasWhatEndedAtEither() {
    try (DatabaseProcess database = SharedDatabase.require();
        RedisClusterGroup eastCluster = RedisClusterGroup.start(RedisKind.REDIS);
        RedisClusterGroup westCluster = RedisClusterGroup.start(RedisKind.REDIS);
        RedisClusterClient eastReader = client(eastCluster);
        RedisClusterClient westReader = client(westCluster);
        RevocationChecker eastChecker = checker(eastCluster);
        RevocationChecker westChecker = checker(westCluster);
        FaultServer east = NodePair.ofSite("east", eastCluster.url(), database);
        FaultServer west = NodePair.ofSite("west", westCluster.url(), database)) {
      NodePair.awaitTogether(east, west);
      IssuedTokens tokens =
          IssuedTokens.inNewRealm(
              east.keycloak().url(),
              east.admin(),
              "cluster-sites",
              key -> Math.min(eastReader.ttl(key), westReader.ttl(key)));

      // With the response at its own site, soon at the other.
      logOutAt(east, eastReader, tokens);
      logOutAt(west, westReader, tokens);
      Response live = tokens.login("ben");
      Response ended = tokens.login("ben");
      tokens.logout(ended);
      tokens.awaitAgreement(2 * SESSIONS + 1, SOON);

      // R5: the library finds the shard and the watermark of a token by tables of its own.
      for (RevocationChecker checker : List.of(eastChecker, westChecker)) {
        await("a checker of the cluster knows a live token")
            .atMost(SOON)
            .until(() -> check(checker, tokens, live) == Verdict.LIVE);
        assertThat(check(checker, tokens, ended)).isEqualTo(Verdict.REVOKED);
      }

      // A primary of one site fails: its replica takes over, and the other site does not notice.
      westCluster.primaryOf(8000).kill();
      logOutAt(east, eastReader, tokens);
      westCluster.awaitServed();
      tokens.awaitAgreement(3 * SESSIONS + 1, SOON);

      // A shard of the other site loses everything.
      eastCluster.primaryOf(0).flushAll();
      tokens.awaitAgreement(3 * SESSIONS + 1, SOON);
      await("each primary of both sites bears a watermark")
          .atMost(SOON)
          .until(
              () ->
                  Stream.of(eastCluster, westCluster)
                      .flatMap(cluster -> Stream.of(0, 8000, 16000).map(cluster::primaryOf))
                      .allMatch(ClusterSitesIT::hasWatermark));
    }
  }

  private static void logOutAt(FaultServer site, RedisClusterClient redis, IssuedTokens tokens) {
    tokens.useServer(site.keycloak().url());
    List<Response> sessions = new ArrayList<>();
    for (int i = 0; i < SESSIONS; i++) {
      sessions.add(tokens.login("ann"));
    }
    for (Response session : sessions) {
      tokens.logout(session);
      assertThat(redis.ttl(tokens.key(session))).as("with the response").isPositive();
    }
  }

  private static Verdict check(RevocationChecker checker, IssuedTokens tokens, Response of) {
    return checker.check(tokens.key(of).substring("revoked:".length()), null);
  }

  private static RevocationChecker checker(RedisClusterGroup cluster) {
    return new RevocationChecker(
        JedisAccess.of(cluster.url(), JedisSettings.defaults()),
        CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build());
  }

  private static boolean hasWatermark(RedisProcess primary) {
    return !primary.admin("KEYS", "revocation:complete:*").isBlank();
  }

  private static RedisClusterClient client(RedisClusterGroup cluster) {
    return RedisClusterClient.create(
        new HashSet<HostAndPort>(cluster.nodes().stream().map(RedisProcess::address).toList()));
  }
}

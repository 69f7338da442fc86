package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.Verdict;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisClusterGroup;
import dev.bulwark.redis.process.RedisKind;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.SentinelGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.util.JedisClusterCRC16;

/** R3 and R4: the Redis that takes the writes is lost, and another takes its place. */
@Tag("full")
class FailOverIT {

  @Test
  void sentinelsReplaceThePrimary() {
    try (SentinelGroup group = SentinelGroup.start();
        FaultServer server = FaultServer.start("sentinel", group.url(), null, spec -> spec)) {
      IssuedTokens tokens = realm(server, key -> group.primary().ttl(key));
      tokens.logout(tokens.login("ann"));
      tokens.login("ann");
      tokens.awaitAgreement(1, SOON);
      group.awaitReplica();

      RedisProcess old = group.primary();
      old.kill();
      tokens.logout(tokens.login("ben"));
      group.awaitOtherPrimary(old);
      tokens.logout(tokens.login("ben"));
      tokens.awaitAgreement(3, SOON);

      // The old one comes back, empty, as a replica, and is made the primary again.
      old.startAgain();
      group.awaitReplica();
      RedisProcess second = group.primary();
      second.kill();
      group.awaitOtherPrimary(second);
      tokens.logout(tokens.login("cyn"));
      tokens.awaitAgreement(4, SOON);
    }
  }

  @Test
  void aReplicaThatHasMissedTheLastWritesIsFilledUp() {
    try (SentinelGroup group = SentinelGroup.start();
        FaultServer server = FaultServer.start("sentinel-gap", group.url(), null, spec -> spec)) {
      IssuedTokens tokens = realm(server, key -> group.primary().ttl(key));
      tokens.logout(tokens.login("ann"));
      tokens.awaitAgreement(1, SOON);
      group.awaitReplica();
      RedisProcess primary = group.primary();
      RedisProcess replica = group.replica();
      // What is written now never gets to the replica, not even to its socket.
      replica.pause();
      primary.admin("CLIENT", "KILL", "TYPE", "replica");
      tokens.logout(tokens.login("ben"));
      tokens.awaitAgreement(2, SOON);
      primary.kill();
      replica.resume();
      group.awaitOtherPrimary(primary);
      tokens.login("cyn");
      tokens.awaitAgreement(2, SOON);
    }
  }

  @Test
  void aShardOfAClusterFailsOverAndAnotherIsEmptied() {
    try (RedisClusterGroup cluster = RedisClusterGroup.start(RedisKind.REDIS);
        RedisClusterClient reader = client(cluster);
        RevocationChecker checker = checker(cluster);
        FaultServer server = FaultServer.start("cluster", cluster.url(), null, spec -> spec)) {
      IssuedTokens tokens = realm(server, reader::ttl);
      logOut(30, () -> tokens.login("ann"), tokens);
      Response live = tokens.login("ann");
      tokens.awaitAgreement(30, SOON);
      // R5: the library finds the shard and the watermark of a token by tables of its own.
      await("the checker knows a live token")
          .atMost(SOON)
          .until(() -> Verdicts.of(checker, live) == Verdict.LIVE);
      Response ended = tokens.login("ann");
      tokens.logout(ended);
      assertThat(Verdicts.of(checker, ended)).isEqualTo(Verdict.REVOKED);
      for (int slot : List.of(0, 8000, 16000)) {
        assertThat(cluster.primaryOf(slot).admin("DBSIZE")).as("keys of a shard").isNotEqualTo("0");
      }

      cluster.primaryOf(0).kill();
      logOut(10, () -> tokens.login("ben"), tokens);
      cluster.awaitServed();
      logOut(10, () -> tokens.login("ben"), tokens);
      tokens.awaitAgreement(51, SOON);

      cluster.primaryOf(16000).flushAll();
      tokens.awaitAgreement(51, SOON);
    }
  }

  @Test
  void aKeyThatMovedToAnotherShardIsMissedThere() {
    try (RedisClusterGroup cluster = RedisClusterGroup.start(RedisKind.REDIS);
        RedisClusterClient reader = client(cluster);
        FaultServer server = FaultServer.start("reshard", cluster.url(), null, spec -> spec)) {
      IssuedTokens tokens = realm(server, reader::ttl);
      Response session = tokens.login("ann");
      tokens.login("ann");
      tokens.logout(session);
      tokens.awaitAgreement(1, SOON);
      int slot = JedisClusterCRC16.getSlot(tokens.key(session));
      RedisProcess source = cluster.primaryOf(slot);
      RedisProcess target =
          cluster.primaryOf(0).port() == source.port()
              ? cluster.primaryOf(16000)
              : cluster.primaryOf(0);
      cluster.moveSlot(slot, target);
      tokens.awaitAgreement(1, SOON);
      target.flushAll();
      tokens.awaitAgreement(1, SOON);
    }
  }

  private static void logOut(int times, Supplier<Response> login, IssuedTokens tokens) {
    List<Response> sessions = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      sessions.add(login.get());
    }
    sessions.forEach(tokens::logout);
  }

  private static IssuedTokens realm(FaultServer server, RedisView redis) {
    return IssuedTokens.inNewRealm(server.keycloak().url(), server.admin(), "fail-over", redis);
  }

  private static RevocationChecker checker(RedisClusterGroup cluster) {
    return new RevocationChecker(
        JedisAccess.of(cluster.url(), JedisSettings.defaults()),
        CheckerOptions.builder().retryInterval(Duration.ofMillis(50)).build());
  }

  private static RedisClusterClient client(RedisClusterGroup cluster) {
    return RedisClusterClient.create(
        new HashSet<HostAndPort>(cluster.nodes().stream().map(RedisProcess::address).toList()));
  }
}

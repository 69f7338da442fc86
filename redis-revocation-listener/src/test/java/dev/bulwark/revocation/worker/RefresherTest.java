package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R3: a key that a real Redis has lost comes back, at a bounded rate. */
class RefresherTest {

  private static final Duration INTERVAL = Duration.ofSeconds(600);

  @Test
  void lostKeysComeBackOnceInEachInterval() throws Exception {
    MeterRegistry registry = new SimpleMeterRegistry();
    Clock clock = Clock.systemUTC();
    try (TestDatabase tables = new TestDatabase();
        RedisProcess redis = RedisProcess.start();
        UnifiedJedis client =
            RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build()) {
      LedgerDatabase database = tables.ledger();
      RevocationPusher pusher =
          new RevocationPusher(
              new TestRedis(client, ""), clock, Duration.ofSeconds(60), new Spans());
      Refresher refresher =
          new Refresher(database, pusher, new RevocationMetrics(registry, clock), clock, INTERVAL);
      long end = clock.millis() / 1000 + 300;
      List<RevokedToken> tokens =
          IntStream.range(0, 5_000).mapToObj(i -> new RevokedToken("t" + i, end)).toList();
      database.run(c -> database.revoked().insert(c, tokens, any -> "e", "TEST", 0));
      pusher.push(tokens);

      client.del("revoked:t0", "revoked:t999", "revoked:t4321");
      refresher.step(at(0));
      assertThat(restored(registry)).as("of the first 2,000 by name").isBetween(1.0, 2.0);
      refresher.step(at(1));
      refresher.step(at(2));
      assertThat(restored(registry)).isEqualTo(3);
      assertThat(client.dbSize()).isEqualTo(5_000);
      assertThat(client.ttl("revoked:t4321")).isBetween(350L, 360L);

      client.del("revoked:t0");
      refresher.step(at(10));
      assertThat(restored(registry)).as("not before the interval is over").isEqualTo(3);
      refresher.step(at(601));
      assertThat(restored(registry)).isEqualTo(4);
    }
  }

  private static Moment at(long seconds) {
    return new Moment(Duration.ofSeconds(seconds).toNanos(), 0);
  }

  private static double restored(MeterRegistry registry) {
    return registry.get("bulwark.revocation.restored").counter().count();
  }
}

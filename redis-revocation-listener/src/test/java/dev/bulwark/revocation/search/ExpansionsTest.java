package dev.bulwark.revocation.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.revocation.verify.BisectingOracle;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R1, R3: what a response waits for when the database restarts. */
class ExpansionsTest {

  private static final Clock CLOCK = Clock.systemUTC();
  private static final long NOW = CLOCK.instant().getEpochSecond();

  private final AtomicInteger failures = new AtomicInteger();
  private String state = "08006";
  private TestDatabase database;
  private RedisProcess redis;
  private UnifiedJedis client;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    redis = RedisProcess.start();
    client = RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
    LedgerToken token =
        new LedgerToken("t", SessionType.ONLINE, "r", "u", "c", "s", null, NOW, NOW + 900);
    database.ledger().run(c -> database.ledger().tokens().insert(c, List.of(token)));
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    redis.close();
    database.close();
  }

  @ParameterizedTest
  @CsvSource({"08006, 1", "08006, 3", "57P03, 3"})
  void aLostConnectionIsNoReasonToGiveUp(String sqlState, int times) throws Exception {
    state = sqlState;
    failures.set(times);
    apply();
    assertThat(client.exists("revoked:t")).isTrue();
  }

  @Test
  void anotherFailureIsLeftToTheBackgroundWork() throws Exception {
    state = "42P01";
    failures.set(1);
    apply();
    assertThat(client.exists("revoked:t")).isFalse();
    assertThat(failures).hasValue(0);
  }

  private void apply() throws Exception {
    LedgerDatabase ledger = new LedgerDatabase(this::connect, SqlDialect.H2, "");
    RevocationMetrics metrics = new RevocationMetrics(new SimpleMeterRegistry(), CLOCK);
    TestRedis connection = new TestRedis(client, "");
    Revoker revoker =
        new Revoker(
            ledger,
            connection,
            new RevocationPusher(connection, CLOCK, Duration.ZERO, new Spans()),
            new MissedPushes(connection),
            metrics,
            RevocationObserver.NONE,
            CLOCK);
    EndingApplier applier =
        new EndingApplier(
            ledger, new BisectingOracle(Set::copyOf, metrics, CLOCK), revoker, true, CLOCK);
    Ending ending = new Endings("TEST", CLOCK.millis()).user("r", "u");
    new Expansions(applier, Runnable::run, Runnable::run)
        .start(List.of(ending))
        .get(1, TimeUnit.MINUTES);
  }

  private Connection connect() throws SQLException {
    if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new SQLException("of the test", state);
    }
    return database.open();
  }
}

package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.contract.StatusPlaces;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.issuance.LostNodes;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Epochs;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.push.Sites;
import dev.bulwark.revocation.push.Watermark;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.verify.BisectingOracle;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R1: a round of a node with a wrong clock, on H2, whose clock is right, and a real Redis. */
class BackgroundWorkTest {

  private TestDatabase database;
  private RedisProcess redis;
  private UnifiedJedis client;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    redis = RedisProcess.start();
    client = RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    redis.close();
    database.close();
  }

  private BackgroundWork work(Clock clock) {
    LedgerDatabase ledger = database.ledger();
    TestRedis connection = new TestRedis(client, "");
    RevocationMetrics metrics = new RevocationMetrics(new SimpleMeterRegistry(), clock);
    RevocationObserver observer = RevocationObserver.NONE;
    Sites sites = new Sites(ledger, clock, "", observer);
    MissedPushes missed = new MissedPushes(connection);
    RevocationPusher pusher = new RevocationPusher(connection, clock, Duration.ZERO, new Spans());
    Revoker revoker = new Revoker(ledger, connection, pusher, missed, metrics, sites);
    return new BackgroundWork(
        ledger,
        connection,
        sites,
        new LostNodes(
            ledger, StatusPlaces.NONE, revoker::revoke, metrics, clock, Duration.ofSeconds(1)),
        () -> OptionalLong.of(System.nanoTime()),
        new EndingApplier(
            ledger,
            new BisectingOracle(BackgroundWorkTest::none, metrics, clock),
            revoker,
            true,
            clock),
        pusher,
        new Epochs(connection, metrics, clock),
        new Watermark(connection),
        missed,
        observer,
        metrics,
        clock,
        Duration.ofSeconds(10),
        Duration.ofMinutes(10),
        0);
  }

  private static Set<LedgerToken> none(Collection<LedgerToken> tokens) {
    return Set.of();
  }

  /** The node deletes what has expired, by whichever clock is behind. */
  @ParameterizedTest
  @ValueSource(longs = {0, 5})
  void aNodeWhoseClockIsAheadDeletesNoLiveRow(long minutes) throws Exception {
    long now = Math.floorDiv(System.currentTimeMillis(), 1000L);
    LedgerDatabase ledger = database.ledger();
    ledger.run(
        c -> {
          ledger.tokens().insert(c, List.of(token("live", now + 200), token("old", now - 200)));
          ledger
              .revoked()
              .insert(
                  c,
                  List.of(new RevokedToken("live", now + 200), new RevokedToken("old", now - 200)),
                  RevokedTable.NOT_PUSHED,
                  "TEST",
                  now * 1000);
        });
    work(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(minutes))).round();
    assertThat(jtis("BULWARK_TOKEN")).containsExactly("live");
    assertThat(jtis("BULWARK_REVOKED_TOKEN")).containsExactly("live");
  }

  private static LedgerToken token(String jti, long expiresAt) {
    return new LedgerToken(
        jti, SessionType.ONLINE, "r", "u", "c", "s", null, expiresAt - 900, expiresAt);
  }

  private Set<String> jtis(String table) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT JTI FROM " + table)) {
      Set<String> jtis = new TreeSet<>();
      while (rows.next()) {
        jtis.add(rows.getString(1));
      }
      return jtis;
    }
  }
}

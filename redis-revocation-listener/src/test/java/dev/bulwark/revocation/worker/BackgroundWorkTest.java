package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.ledger.Lease;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Revoker;
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
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R1: a round of a node with a wrong clock, on H2, whose clock is right, and a real Redis. */
class BackgroundWorkTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private TestDatabase database;
  private RedisProcess redis;
  private UnifiedJedis client;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE REALM (ID VARCHAR(36), NAME VARCHAR(255))");
      statement.execute(
          "CREATE TABLE REALM_EVENTS_LISTENERS (REALM_ID VARCHAR(36), VALUE VARCHAR(255))");
      statement.execute("INSERT INTO REALM VALUES ('r', 'a realm')");
    }
    redis = RedisProcess.start();
    client = RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    redis.close();
    database.close();
  }

  private BackgroundWork work(Clock clock) throws SQLException {
    LedgerDatabase ledger = database.ledger();
    TestRedis connection = new TestRedis(client, "");
    RevocationMetrics metrics = new RevocationMetrics(registry, clock);
    RevocationObserver observer = RevocationObserver.NONE;
    MissedPushes missed = new MissedPushes(connection);
    RevocationPusher pusher = new RevocationPusher(connection, clock, Duration.ZERO, new Spans());
    Revoker revoker = new Revoker(ledger, connection, pusher, missed, metrics, observer, clock);
    EndingApplier applier =
        new EndingApplier(
            ledger,
            new BisectingOracle(BackgroundWorkTest::none, metrics, clock),
            revoker,
            true,
            clock);
    SwitchedRealms realms = new SwitchedRealms(ledger, true, clock, System::nanoTime);
    realms.begin();
    return new BackgroundWork(
        ledger,
        new PendingEndings(
            ledger, applier::expand, applier::expandSet, () -> true, metrics, System::nanoTime),
        pusher,
        new Completeness(
            new Lease(ledger, "worker", BackgroundWork.LEASE_TIME),
            connection,
            missed,
            metrics,
            clock,
            Duration.ofSeconds(10)),
        realms,
        new Refresher(ledger, pusher, metrics, clock, Duration.ofMinutes(10)),
        observer,
        metrics);
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
                  any -> RevokedTable.NOT_PUSHED,
                  "TEST",
                  now * 1000);
        });
    work(Clock.offset(Clock.systemUTC(), Duration.ofMinutes(minutes))).round();
    assertThat(jtis("BULWARK_TOKEN")).containsExactly("live");
    assertThat(jtis("BULWARK_REVOKED_TOKEN")).containsExactly("live");
  }

  /**
   * Applications that fail closed reject every token when the watermark is a minute old. The reason
   * may be one row, while Redis is up and lacks no key.
   */
  @Test
  void theAgeOfTheWatermarkShowsThatARowKeepsItFromAdvancing() throws Exception {
    AtomicLong ahead = new AtomicLong();
    BackgroundWork work = work(ahead(ahead));
    assertThat(age()).as("of a node that does not lead").isZero();
    work.round();
    work.round();
    assertThat(client.get("revocation:complete")).isNotNull();
    assertThat(age()).isBetween(0.5, 60.0);

    sql(
        "INSERT INTO BULWARK_REVOCATION_SCOPE (ID, KIND, EXPIRES_AT, KILLS, ISSUED_BEFORE,"
            + " VERIFIES, CAUSE, CREATED_AT) VALUES ('later', 'LATER', 9999999999, 'ALL', 0, '',"
            + " 'TEST', 0)");
    ahead.set(Duration.ofMinutes(5).toMillis());
    work.round();
    assertThat(age()).isGreaterThan(300);
    assertThat(gauge("pending.age.seconds")).as("no key is missing").isZero();

    sql("DELETE FROM BULWARK_REVOCATION_SCOPE");
    work.round();
    assertThat(age()).isBetween(0.5, 60.0);
  }

  /** As while Redis is away: the age counts from the moment at which the node took over. */
  @Test
  void aNodeThatNeverWroteTheWatermarkShowsSinceWhenItLeads() throws Exception {
    AtomicLong ahead = new AtomicLong();
    BackgroundWork work = work(ahead(ahead));
    redis.stop();
    work.round();
    ahead.set(Duration.ofMinutes(5).toMillis());
    work.round();
    assertThat(gauge("leading")).isEqualTo(1);
    assertThat(age()).isGreaterThanOrEqualTo(300);
  }

  /** R5: a restart of the only node takes longer than the ten seconds of a running one. */
  @Test
  void afterACleanStopNothingShortensTheLifeOfTheWatermark() throws Exception {
    BackgroundWork work = work(Clock.systemUTC());
    work.round();
    work.round();
    work.finish();
    // The thread that keeps it goes on until the server has gone.
    work.keep();
    assertThat(client.ttl("revocation:complete")).isGreaterThan(3_000);
  }

  /** Clock that is set while the test runs. */
  private static Clock ahead(AtomicLong millis) {
    return new Clock() {
      @Override
      public long millis() {
        return System.currentTimeMillis() + millis.get();
      }

      @Override
      public Instant instant() {
        return Instant.ofEpochMilli(millis());
      }

      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        return this;
      }
    };
  }

  private double age() {
    return gauge("complete.age.seconds");
  }

  private double gauge(String name) {
    return registry.get("bulwark.revocation." + name).gauge().value();
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = database.open();
        Statement plain = connection.createStatement()) {
      plain.execute(statement);
    }
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

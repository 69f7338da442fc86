package dev.bulwark.revocation.reconcile;

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
import dev.bulwark.revocation.rules.LastSeen;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.verify.BisectingOracle;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R1: the second comparison, with H2 for Keycloak's tables and a real Redis. */
class SecondNetTest {

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private TestDatabase database;
  private LedgerDatabase ledger;
  private RedisProcess redis;
  private UnifiedJedis client;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    ledger = database.ledger();
    redis = RedisProcess.start();
    client = RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
    sql(
        "CREATE TABLE REALM (ID VARCHAR(36), NAME VARCHAR(255))",
        "CREATE TABLE REALM_ATTRIBUTE (NAME VARCHAR(255), VALUE CLOB, REALM_ID VARCHAR(36))");
    for (String realm : List.of("a", "b", "c")) {
      sql("INSERT INTO REALM VALUES ('" + realm + "', '" + realm + "')");
    }
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    redis.close();
    database.close();
  }

  private void sql(String... statements) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.execute(sql);
      }
    }
  }

  private SecondNet net(String addresses) {
    Clock clock = Clock.systemUTC();
    RevocationMetrics metrics = new RevocationMetrics(registry, clock);
    TestRedis connection = new TestRedis(client, "");
    Revoker revoker =
        new Revoker(
            ledger,
            connection,
            new RevocationPusher(connection, clock, Duration.ZERO, new Spans()),
            new MissedPushes(connection),
            metrics,
            RevocationObserver.NONE,
            clock);
    EndingApplier applier =
        new EndingApplier(
            ledger, new BisectingOracle(HashSet::new, metrics, clock), revoker, true, clock);
    return new SecondNet(ledger, applier, revoker, addresses, metrics, clock);
  }

  private List<String> ended() throws SQLException {
    return ledger.call(c -> ledger.endings().all(c)).stream()
        .map(Ending::realmId)
        .sorted()
        .toList();
  }

  /**
   * A realm's administrator chooses its address, which can be longer than the column. The server
   * gets another address while that realm is new, or is known.
   */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStateThatCannotBeWrittenHidesNoOther(boolean known) throws Exception {
    String tooLong = "https://" + "x".repeat(2_000);
    String attribute = "INSERT INTO REALM_ATTRIBUTE VALUES ('frontendUrl', '" + tooLong + "', 'a')";
    if (!known) {
      sql(attribute);
    }
    SecondNet before = net("old");
    before.round();
    before.release();
    assertThat(ended()).isEmpty();
    Optional<String> seen = ledger.call(c -> ledger.lastSeen().state(c, LastSeen.Kind.REALM, "c"));
    assertThat(seen).isPresent();
    if (known) {
      sql(attribute);
    }
    net("new").round();
    assertThat(ended()).containsExactly("b", "c");
  }
}

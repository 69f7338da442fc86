package dev.bulwark.revocation.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionClock;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.verify.BisectingOracle;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** A window of the ledger that always fails; H2 stands for Keycloak's tables, Redis is real. */
class ReconcilerTest {

  private static final int MANY = 5_000;

  /** A round goes on to the end of the ledger, however slow the machine is. */
  private static final Duration NO_HURRY = Duration.ofHours(1);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final long now = Clock.systemUTC().millis() / 1000;
  private final Clock clock = new Steps(now * 1000);
  private TestDatabase database;
  private RedisProcess redis;
  private UnifiedJedis client;
  private RevocationMetrics metrics;
  private Revoker revoker;
  private Reconciler reconciler;

  /** Compares a window in a round, and again and again. */
  private Reconciler hurried;

  /**
   * Stands still but for a millisecond at each look: however slow the machine is, a session is as
   * old as the test says, and a round without time is over at its first look.
   */
  private static final class Steps extends Clock {

    private final AtomicLong millis;

    Steps(long began) {
      millis = new AtomicLong(began);
    }

    @Override
    public long millis() {
      return millis.getAndIncrement();
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
  }

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    redis = RedisProcess.start();
    client = RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
    metrics = new RevocationMetrics(registry, clock);
    LedgerDatabase ledger = database.ledger();
    TestRedis connection = new TestRedis(client, "");
    RevocationPusher pusher =
        new RevocationPusher(connection, Clock.systemUTC(), Duration.ZERO, new Spans());
    revoker =
        new Revoker(
            ledger,
            connection,
            pusher,
            new MissedPushes(connection),
            metrics,
            RevocationObserver.NONE,
            clock);
    reconciler = reconciler(revoker, NO_HURRY, Duration.ofHours(1));
    hurried = reconciler(revoker, Duration.ZERO, Duration.ZERO);
    sql(
        "CREATE TABLE REALM (ID VARCHAR(36), ENABLED BOOLEAN, NOT_BEFORE INT, REMEMBER_ME BOOLEAN,"
            + " SSO_IDLE_TIMEOUT INT, SSO_MAX_LIFESPAN INT, SSO_IDLE_TIMEOUT_REMEMBER_ME INT,"
            + " SSO_MAX_LIFESPAN_REMEMBER_ME INT, OFFLINE_SESSION_IDLE_TIMEOUT INT)");
    sql(
        "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), REALM_ID VARCHAR(36),"
            + " OFFLINE_FLAG VARCHAR(4), CREATED_ON INT, LAST_SESSION_REFRESH INT, REMEMBER_ME"
            + " BOOLEAN, VERSION INT DEFAULT 0, DATA CLOB)");
    sql(
        "CREATE TABLE OFFLINE_CLIENT_SESSION (USER_SESSION_ID VARCHAR(36), CLIENT_ID VARCHAR(255),"
            + " OFFLINE_FLAG VARCHAR(4))");
    sql(
        "CREATE TABLE CLIENT (ID VARCHAR(36), REALM_ID VARCHAR(36), ENABLED BOOLEAN, NOT_BEFORE"
            + " INT)");
    sql(
        "CREATE TABLE USERS (ID VARCHAR(36) PRIMARY KEY, REALM_ID VARCHAR(255), ENABLED BOOLEAN,"
            + " NOT_BEFORE INT)");
    sql(
        "CREATE VIEW USER_ENTITY AS SELECT ID, REALM_ID, NOT_BEFORE,"
            + " CASE WHEN ID = 'poison' THEN 1 / (CHAR_LENGTH(ID) - 6) = 1 ELSE ENABLED END ENABLED"
            + " FROM USERS");
    sql("INSERT INTO REALM VALUES ('r', TRUE, 0, FALSE, 1000, 5000, 0, 0, 3000)");
    sql("INSERT INTO CLIENT VALUES ('c', 'r', TRUE, 0)");
    switchOn();
  }

  /** All realms. */
  private void switchOn() throws Exception {
    sql(
        "INSERT INTO BULWARK_REVOCATION_REALM SELECT ID, 0 FROM REALM"
            + " WHERE ID NOT IN (SELECT REALM_ID FROM BULWARK_REVOCATION_REALM)");
  }

  private Reconciler reconciler(Revoker revoker, Duration budget, Duration betweenComparisons) {
    return new Reconciler(
        database.ledger(),
        database.ledger().suspectedTokens(true),
        new BisectingOracle(HashSet::new, metrics, clock),
        revoker,
        new RealmVerifier(database.ledger(), (ending, after, size) -> page(), clock),
        metrics,
        clock,
        budget,
        betweenComparisons);
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    redis.close();
    database.close();
  }

  @Test
  void aWindowThatAlwaysFailsIsLeftOutAndTheRestIsCompared() throws Exception {
    List<LedgerToken> tokens = new ArrayList<>();
    sql("INSERT INTO USERS SELECT 'a' || X, 'r', TRUE, 0 FROM SYSTEM_RANGE(1, " + MANY + ")");
    for (int i = 1; i < MANY; i++) {
      tokens.add(token("a" + i, now + 300));
    }
    sql("INSERT INTO USERS VALUES ('poison', 'r', TRUE, 0)");
    tokens.add(token("poison", now + 400));
    sql("INSERT INTO USERS SELECT 'q' || X, 'r', TRUE, 0 FROM SYSTEM_RANGE(1, " + MANY + ")");
    for (int i = 1; i < MANY; i++) {
      tokens.add(token("q" + i, now + 500));
    }
    tokens.add(token("removed", now + 600));
    database.ledger().run(c -> database.ledger().tokens().insert(c, tokens));

    // The first window has the bad row too; smaller ones after it leave that row to the second.
    for (int round = 0; round < 3; round++) {
      assertThatThrownBy(reconciler::round).isInstanceOf(SQLException.class);
    }
    reconciler.round();
    assertThat(client.exists("revoked:removed")).isTrue();
    assertThat(counter("reconciler.skipped")).isEqualTo(1);
    assertThat(registry.get("bulwark.revocation.reconciler.cycle").timer().count()).isZero();

    sql("DELETE FROM USERS WHERE ID = 'poison'");
    reconciler.round();
    assertThat(client.exists("revoked:poison")).isFalse();
    reconciler.compareSoon();
    reconciler.round();
    assertThat(client.exists("revoked:poison")).isTrue();
    assertThat(registry.get("bulwark.revocation.reconciler.cycle").timer().count()).isEqualTo(1);
  }

  /** An alert watches the age: it must grow on a node whose first comparison never ends. */
  @Test
  void theAgeGrowsWhileTheFirstComparisonDoesNotGetToItsEnd() throws Exception {
    assertThat(age()).as("of a node that does not compare").isZero();
    sql("DROP TABLE CLIENT");
    database
        .ledger()
        .run(c -> database.ledger().tokens().insert(c, List.of(token("a", now + 300))));
    assertThatThrownBy(reconciler::round).isInstanceOf(SQLException.class);
    double first = age();
    assertThat(first).isPositive();
    assertThatThrownBy(reconciler::round).isInstanceOf(SQLException.class);
    assertThat(age()).isGreaterThan(first);
  }

  private double age() {
    return registry.get("bulwark.revocation.reconciler.age.seconds").gauge().value();
  }

  /** As where sessions are not in the database: then a comparison is due in every round. */
  @Test
  void aComparisonThatIsAlwaysDueGetsToTheEndOfALargeLedger() throws Exception {
    List<LedgerToken> tokens = new ArrayList<>();
    sql("INSERT INTO USERS SELECT 'a' || X, 'r', TRUE, 0 FROM SYSTEM_RANGE(1, " + MANY + ")");
    for (int i = 1; i < MANY; i++) {
      tokens.add(token("a" + i));
    }
    tokens.add(token("b-removed"));
    tokens.add(token("c-removed"));
    database.ledger().run(c -> database.ledger().tokens().insert(c, tokens));
    for (int round = 0; round < 4; round++) {
      hurried.round();
    }
    assertThat(client.exists("revoked:b-removed", "revoked:c-removed")).isEqualTo(2);
  }

  @Test
  void aRealmThatCannotBeVerifiedKeepsTheLedgerFromNothing() throws Exception {
    LedgerDatabase ledger = database.ledger();
    Endings endings = new Endings("TEST", clock.millis());
    ledger.run(
        c -> {
          ledger.endings().insert(c, List.of(endings.verifyRealm("r", SessionType.ALL)));
          ledger.tokens().insert(c, List.of(token("removed")));
        });
    reconciler.round();
    assertThat(client.exists("revoked:removed")).isTrue();
  }

  @Test
  void aRoundThatComparesNothingFindsSessionsWhoseTimeHasCome() throws Exception {
    reconciler.round();
    LedgerDatabase ledger = database.ledger();
    ledger.run(
        c ->
            ledger.tokens().insert(c, List.of(session("idle"), session("old"), session("lively"))));
    sql("INSERT INTO USERS SELECT 'u', 'r', TRUE, 0");
    sql(stored("idle", now - 1200, now - 1000));
    sql(stored("old", now - 5000, now));
    sql(stored("lively", now - 1200, now));
    reconciler.round();
    assertThat(client.exists("revoked:idle")).isTrue();
    assertThat(client.exists("revoked:old")).isTrue();
    assertThat(client.exists("revoked:lively")).isFalse();
    assertThat(registry.get("bulwark.revocation.reconciler.cycle").timer().count()).isEqualTo(1);

    // Restarted under its old id.
    sql(
        "UPDATE OFFLINE_USER_SESSION SET VERSION = VERSION + 1, CREATED_ON = "
            + now
            + " WHERE USER_SESSION_ID = 'lively'");
    reconciler.round();
    assertThat(client.exists("revoked:lively")).isTrue();
  }

  /** R2: with time for the others, and without: then those that have failed come last. */
  @ParameterizedTest
  @ValueSource(ints = {3_600, 0})
  void aSessionThatAlwaysFailsKeepsNoOtherFromBeingFound(int budgetSeconds) throws Exception {
    Reconciler some = reconciler(revoker, Duration.ofSeconds(budgetSeconds), Duration.ofHours(1));
    some.round();
    LedgerDatabase ledger = database.ledger();
    ledger.run(c -> ledger.tokens().insert(c, List.of(session("poison"), session("old"))));
    sql("INSERT INTO USERS SELECT 'u', 'r', TRUE, 0");
    // Idle ones are searched before those at the end of their life.
    sql(stored("poison", now - 1200, now - 1000));
    sql(stored("old", now - 5000, now));
    sql("ALTER TABLE BULWARK_REVOKED_TOKEN ADD CONSTRAINT POISON CHECK (JTI <> 'poison') NOCHECK");
    some.round();
    some.round();
    assertThat(client.exists("revoked:old")).isTrue();
    assertThat(isRevoked("poison")).isFalse();

    sql("ALTER TABLE BULWARK_REVOKED_TOKEN DROP CONSTRAINT POISON");
    some.round();
    assertThat(isRevoked("poison")).isTrue();
  }

  /** R2, R7: no round has time for more than one failure; idle offline sessions come last. */
  @Test
  void sessionsThatAlwaysFailDoNotTakeTurnsAtKeepingOthersFromBeingFound() throws Exception {
    Reconciler brief = reconciler(revoker, Duration.ZERO, Duration.ofHours(1));
    brief.round();
    LedgerDatabase ledger = database.ledger();
    ledger.run(
        c ->
            ledger
                .tokens()
                .insert(c, List.of(session("poison1"), session("poison2"), offline("healthy"))));
    sql("INSERT INTO USERS SELECT 'u', 'r', TRUE, 0");
    sql(stored("poison1", now - 1200, now - 1000));
    sql(stored("poison2", now - 5000, now));
    sql(stored("healthy", now - 4000, now - 3000));
    sql("UPDATE OFFLINE_USER_SESSION SET OFFLINE_FLAG = '1' WHERE USER_SESSION_ID = 'healthy'");
    sql(
        "ALTER TABLE BULWARK_REVOKED_TOKEN ADD CONSTRAINT POISON"
            + " CHECK (JTI NOT LIKE 'poison%') NOCHECK");
    for (int round = 0; round < 3; round++) {
      brief.round();
    }
    assertThat(client.exists("revoked:healthy")).isTrue();

    // Each of those that fail has its turn.
    sql("ALTER TABLE BULWARK_REVOKED_TOKEN DROP CONSTRAINT POISON");
    sql(
        "ALTER TABLE BULWARK_REVOKED_TOKEN ADD CONSTRAINT POISON"
            + " CHECK (JTI <> 'poison1') NOCHECK");
    brief.round();
    assertThat(isRevoked("poison2")).isTrue();
    assertThat(isRevoked("poison1")).isFalse();
  }

  /** R2: with time for the others, and without. One statement asks for many ranges. */
  @ParameterizedTest
  @ValueSource(ints = {3_600, 0})
  void aRealmWhoseSessionsCannotBeReadKeepsNoOtherFromBeingFound(int budgetSeconds)
      throws Exception {
    Reconciler some = reconciler(revoker, Duration.ofSeconds(budgetSeconds), Duration.ofHours(1));
    some.round();
    LedgerDatabase ledger = database.ledger();
    ledger.run(c -> ledger.tokens().insert(c, List.of(session("old"))));
    sql("INSERT INTO USERS SELECT 'u', 'r', TRUE, 0");
    sql(stored("old", now - 5000, now));
    sql("INSERT INTO REALM VALUES ('bad', TRUE, 0, FALSE, 1000, 5000, 0, 0, 3000)");
    switchOn();
    sql(
        "INSERT INTO OFFLINE_USER_SESSION VALUES ('x', 'bad', '0', %d, %d, FALSE, 0, NULL)"
            .formatted(now - 5000, now - 1200));
    sql("ALTER TABLE OFFLINE_USER_SESSION RENAME TO STORED");
    sql(
        "CREATE VIEW OFFLINE_USER_SESSION AS SELECT REALM_ID, OFFLINE_FLAG, CREATED_ON,"
            + " LAST_SESSION_REFRESH, REMEMBER_ME, VERSION, DATA, CASE WHEN REALM_ID = 'bad'"
            + " THEN CAST(1 / (CHAR_LENGTH(REALM_ID) - 3) AS VARCHAR) ELSE USER_SESSION_ID END"
            + " USER_SESSION_ID FROM STORED");
    // Without time each round leaves one more of the two ranges that fail to the end.
    for (int round = 0; round < 3; round++) {
      some.round();
    }
    assertThat(client.exists("revoked:old")).isTrue();
  }

  /** B14: it costs the search nothing. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRealmThatIsOffIsNotSearched(boolean inUse) throws Exception {
    sql("INSERT INTO REALM VALUES ('off', TRUE, 0, FALSE, 1000, 5000, 0, 0, 3000)");
    sql(
        "INSERT INTO OFFLINE_USER_SESSION SELECT 's' || ID, ID, '0', 1, 1, FALSE, 0, NULL"
            + " FROM REALM");
    LedgerDatabase ledger = database.ledger();
    List<SessionClock> clocks = ledger.call(c -> ledger.endedSessions().clocks(c, inUse));
    assertThat(clocks).extracting(SessionClock::realmId).containsExactly("r");
  }

  /**
   * R2, R7: realms with equal times are asked about together, with and without more sessions than
   * fit into one answer; another one has a time of its own.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 12_000})
  void sessionsOfManyRealmsAreFound(int others) throws Exception {
    sql(
        "INSERT INTO REALM SELECT 'r' || X, TRUE, 0, FALSE, 1000, 5000, 0, 0, 3000"
            + " FROM SYSTEM_RANGE(1, 30)");
    sql("UPDATE REALM SET SSO_IDLE_TIMEOUT = 2000 WHERE ID = 'r30'");
    switchOn();
    sql("INSERT INTO USERS SELECT 'u' || X, 'r' || X, TRUE, 0 FROM SYSTEM_RANGE(1, 30)");
    sql("INSERT INTO CLIENT SELECT 'c' || X, 'r' || X, TRUE, 0 FROM SYSTEM_RANGE(1, 30)");
    sql(
        "INSERT INTO OFFLINE_USER_SESSION SELECT 's' || X, 'r' || X, '0', %d, %d, FALSE, 0, NULL"
                .formatted(now - 1200, now - 1000)
            + " FROM SYSTEM_RANGE(1, 30)");
    sql(
        "INSERT INTO OFFLINE_CLIENT_SESSION SELECT 's' || X, 'c' || X, '0'"
            + " FROM SYSTEM_RANGE(1, 30)");
    sql(
        "INSERT INTO OFFLINE_USER_SESSION SELECT 'o' || X, 'r' || MOD(X, 29), '0', %d, %d, FALSE,"
                .formatted(now - 1200, now - 1001)
            + " 0, NULL FROM SYSTEM_RANGE(1, "
            + others
            + ")");
    LedgerDatabase ledger = database.ledger();
    List<LedgerToken> tokens = new ArrayList<>();
    for (int i = 1; i <= 30; i++) {
      tokens.add(
          new LedgerToken(
              "s" + i,
              SessionType.ONLINE,
              "r" + i,
              "u" + i,
              "c" + i,
              "s" + i,
              null,
              now,
              now + 300));
    }
    reconciler.round();
    ledger.run(c -> ledger.tokens().insert(c, tokens));
    reconciler.round();
    for (int i = 1; i <= 30; i++) {
      assertThat(client.exists("revoked:s" + i)).as("s%d", i).isEqualTo(i < 30);
    }
  }

  /** R7: they fail again every 3 s. */
  @Test
  void howeverManyPagesFailTheyAreOneLineOfTheLog() throws Exception {
    reconciler.round();
    LedgerDatabase ledger = database.ledger();
    ledger.run(c -> ledger.tokens().insert(c, List.of(session("poison1"), session("poison2"))));
    sql("INSERT INTO USERS SELECT 'u', 'r', TRUE, 0");
    sql(stored("poison1", now - 1200, now - 1000));
    sql(stored("poison2", now - 5000, now));
    sql("ALTER TABLE BULWARK_REVOKED_TOKEN ADD CONSTRAINT POISON CHECK (JTI = '') NOCHECK");
    List<LogRecord> lines = new ArrayList<>();
    Handler handler = new Lines(lines);
    Logger log = Logger.getLogger(SearchFailures.class.getName());
    log.addHandler(handler);
    try {
      reconciler.round();
    } finally {
      log.removeHandler(handler);
    }
    assertThat(lines)
        .singleElement()
        .satisfies(line -> assertThat(line.getMessage()).contains("pages: 2"))
        .satisfies(line -> assertThat(line.getThrown()).isInstanceOf(SQLException.class));
  }

  private static final class Lines extends Handler {

    private final List<LogRecord> lines;

    Lines(List<LogRecord> lines) {
      this.lines = lines;
    }

    @Override
    public void publish(LogRecord line) {
      lines.add(line);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void aShorterSettingOfTheRealmEndsSessionsOfAnyAge() throws Exception {
    LedgerDatabase ledger = database.ledger();
    ledger.run(
        c ->
            ledger.tokens().insert(c, List.of(session("quiet"), session("known"), session("new"))));
    sql("INSERT INTO USERS SELECT 'u', 'r', TRUE, 0");
    sql(stored("quiet", now - 1200, now - 400));
    sql(stored("known", now - 1200, now - 400));
    sql(stored("new", now - 100, now - 100));
    sql("UPDATE REALM SET REMEMBER_ME = TRUE");
    sql("UPDATE OFFLINE_USER_SESSION SET REMEMBER_ME = TRUE WHERE USER_SESSION_ID = 'known'");
    for (int i = 0; i < 3; i++) {
      reconciler.round();
    }
    assertThat(client.exists("revoked:quiet", "revoked:known", "revoked:new")).isZero();

    sql("UPDATE REALM SET SSO_IDLE_TIMEOUT = 300, SSO_IDLE_TIMEOUT_REMEMBER_ME = 500");
    reconciler.round();
    assertThat(client.exists("revoked:quiet")).isTrue();
    assertThat(client.exists("revoked:known", "revoked:new")).isZero();

    sql("UPDATE REALM SET REMEMBER_ME = FALSE");
    reconciler.round();
    assertThat(client.exists("revoked:known")).isTrue();
    assertThat(client.exists("revoked:new")).isFalse();
  }

  /** R2: a realm no longer remembers sessions, of which it has many. */
  @Test
  void manySessionsThatEndAtOnceAreSearchedInSomeRounds() throws Exception {
    Reconciler brief = reconciler(revoker, Duration.ZERO, Duration.ofHours(1));
    LedgerDatabase ledger = database.ledger();
    ledger.run(c -> ledger.tokens().insert(c, List.of(session("last"), session("lively"))));
    sql("INSERT INTO USERS SELECT 'u', 'r', TRUE, 0");
    sql("UPDATE REALM SET REMEMBER_ME = TRUE");
    sql(
        "INSERT INTO OFFLINE_USER_SESSION SELECT 's' || X, 'r', '0', %d, %d + X / 100, TRUE, 0, NULL"
                .formatted(now - 3000, now - 900)
            + " FROM SYSTEM_RANGE(1, 5000)");
    sql(stored("last", now - 3000, now - 800));
    sql("UPDATE OFFLINE_USER_SESSION SET REMEMBER_ME = TRUE");
    sql(stored("lively", now - 1200, now));
    brief.round();
    assertThat(client.exists("revoked:last", "revoked:lively")).isZero();

    sql("UPDATE REALM SET REMEMBER_ME = FALSE");
    for (int round = 0; round < 7; round++) {
      brief.round();
    }
    assertThat(client.exists("revoked:last")).isTrue();
    assertThat(client.exists("revoked:lively")).isFalse();

    // The search that went on over some rounds leaves nothing that ends afterwards out.
    ledger.run(c -> ledger.tokens().insert(c, List.of(session("next"))));
    sql(stored("next", now - 1200, now - 1001));
    for (int round = 0; round < 7; round++) {
      brief.round();
    }
    assertThat(client.exists("revoked:next")).isTrue();
  }

  private boolean isRevoked(String jti) throws SQLException {
    return database.ledger().call(c -> database.ledger().revoked().contains(c, jti));
  }

  private LedgerToken session(String id) {
    return new LedgerToken(id, SessionType.ONLINE, "r", "u", "c", id, null, now - 60, now + 300);
  }

  private LedgerToken offline(String id) {
    return new LedgerToken(id, SessionType.OFFLINE, "r", "u", "c", id, null, now - 60, now + 300);
  }

  private static String stored(String id, long started, long refreshed) {
    return ("INSERT INTO OFFLINE_USER_SESSION VALUES ('%1$s', 'r', '0', %2$d, %3$d, FALSE, 0,"
            + " NULL); INSERT INTO OFFLINE_CLIENT_SESSION VALUES ('%1$s', 'c', '0')")
        .formatted(id, started, refreshed);
  }

  private EndingApplier.Page page() throws SQLException {
    throw new SQLException("refused");
  }

  private LedgerToken token(String user) {
    return token(user, now + 300);
  }

  private LedgerToken token(String user, long expiresAt) {
    return new LedgerToken(
        user, SessionType.TRANSIENT, "r", user, "c", null, null, now - 60, expiresAt);
  }

  private double counter(String name) {
    return registry.get("bulwark.revocation." + name).counter().count();
  }

  private void sql(String statement) throws SQLException {
    try (Connection connection = database.open();
        Statement plain = connection.createStatement()) {
      plain.execute(statement);
    }
  }
}

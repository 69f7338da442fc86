package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.factory.TimeLimit;
import dev.bulwark.redis.process.LocalProcess;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionClock;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.DatabaseFailure;
import dev.bulwark.revocation.sql.IndexedText;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.revocation.writer.LedgerWriter;
import dev.bulwark.sql.Sql;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import liquibase.exception.LiquibaseException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The SQL against PostgreSQL: what H2 shows, and what only PostgreSQL can. */
@Tag("processes")
class LedgerOnPostgresTest extends LedgerDatabaseTest {

  private static final long NOW = 2_000_000_000;
  private static final int OVERLAP = 500;
  private static final int ROUNDS = 40;

  private static PostgresServer server;

  @BeforeAll
  static void start() throws IOException {
    server = PostgresServer.start();
  }

  @AfterAll
  static void end() {
    if (server != null) {
      server.close();
    }
  }

  @Override
  TestDatabase newDatabase() throws SQLException, LiquibaseException {
    return server.newDatabase();
  }

  /**
   * The expression of the conditions has to be that of the indexes, or the ledger is read whole.
   */
  @ParameterizedTest
  @CsvSource({
    "t.USER_ID, 1, bulwark_token_user",
    "t.SESSION_ID, 1, bulwark_token_session",
    "t.SESSION_ID, 1000, bulwark_token_session"
  })
  void aUserOrSessionIsSearchedByTheIndexOfItsHash(String column, int ids, String index)
      throws Exception {
    IndexedText text = new IndexedText(SqlDialect.POSTGRESQL, column);
    try (TestDatabase database = newDatabase();
        Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO BULWARK_TOKEN (EXPIRES_AT, JTI, SESSION_TYPE, REALM_ID, USER_ID, CLIENT_ID,"
              + " SESSION_ID, ISSUED_AT) SELECT 2000000000 + n / 50, 'j' || n, 'on', 'r', 'u' || n,"
              + " 'c', 's' || n, 1 FROM generate_series(1, 50000) n");
      statement.execute("ANALYZE BULWARK_TOKEN");
      String condition = ids == 1 ? text.is() : text.isAmong(ids);
      List<String> searched = IntStream.range(0, ids).mapToObj(i -> "x" + i).toList();
      List<String> plan =
          Sql.query(
              connection,
              "EXPLAIN SELECT * FROM BULWARK_TOKEN t WHERE " + condition,
              parameters -> parameters.texts(text.parameters(searched)),
              row -> row.getString(1));
      assertThat(String.join("\n", plan)).contains(index).doesNotContain("Seq Scan");
    }
  }

  /** R7: few tokens have a key, and nobody needs fresh statistics. The change log writes both. */
  @Test
  void theTableHasWhatOnlyPostgresqlKnows() throws Exception {
    try (TestDatabase database = newDatabase();
        Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT (SELECT indexdef FROM pg_indexes WHERE indexname ="
                    + " 'bulwark_token_api_key'), (SELECT array_to_string(reloptions, ',')"
                    + " FROM pg_class WHERE oid = 'bulwark_token'::regclass)")) {
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).endsWith("WHERE (api_key_id IS NOT NULL)");
      assertThat(rows.getString(2)).isEqualTo("autovacuum_analyze_scale_factor=0.5");
    }
  }

  /** R7: in a pass of many endings, neither table may be read whole. */
  @ParameterizedTest
  @CsvSource({"1, force_generic_plan", "500, force_generic_plan", "500, force_custom_plan"})
  void theTokensOfManySessionsAreFoundByIndexes(int sessions, String plans) throws Exception {
    LedgerDatabase ledger = database().ledger();
    try (Connection connection = database().open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO BULWARK_TOKEN (EXPIRES_AT, JTI, SESSION_TYPE, REALM_ID, USER_ID, CLIENT_ID,"
              + " SESSION_ID, ISSUED_AT) SELECT 2000000001, 'j' || n, 'on', 'r', 'u', 'c',"
              + " 's' || n / 2, 1 FROM generate_series(1, 50000) n");
      statement.execute(
          "INSERT INTO BULWARK_REVOKED_TOKEN (JTI, EXPIRES_AT, EPOCH, CAUSE, REVOKED_AT)"
              + " SELECT 'j' || n, 2000000001, 'e', 'TEST', 1 FROM generate_series(1, 50000, 2) n");
      statement.execute("VACUUM ANALYZE BULWARK_TOKEN, BULWARK_REVOKED_TOKEN");
      statement.execute("SET plan_cache_mode = " + plans);
      long before = wholeReads(statement);
      List<String> asked = IntStream.range(1, sessions + 1).mapToObj(i -> "s" + i).toList();
      assertThat(ledger.tokens().candidatesOfSessions(connection, asked, "", NOW, 5_000))
          .hasSize(sessions);
      assertThat(wholeReads(statement)).isEqualTo(before);
    }
  }

  /** How often one of the tables of tokens has been read from its beginning. */
  private static long wholeReads(Statement statement) throws SQLException {
    statement.execute("SELECT pg_stat_force_next_flush()");
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT SUM(seq_scan) FROM pg_stat_user_tables"
                + " WHERE relname IN ('bulwark_token', 'bulwark_revoked_token')")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** What two nodes do that revoke the same tokens, and page through them in different orders. */
  @Test
  void nodesThatWriteTheSameRowsDoNotLockEachOtherOut() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      for (int round = 0; round < ROUNDS; round++) {
        List<RevokedToken> revoked = revoked(round);
        List<LedgerToken> tokens = tokens(round);
        CyclicBarrier together = new CyclicBarrier(2);
        Future<Boolean> forwards = threads.submit(() -> write(revoked, tokens, together));
        List<RevokedToken> revokedBackwards = new ArrayList<>(revoked);
        List<LedgerToken> tokensBackwards = new ArrayList<>(tokens);
        Collections.reverse(revokedBackwards);
        Collections.reverse(tokensBackwards);
        Future<Boolean> backwards =
            threads.submit(() -> write(revokedBackwards, tokensBackwards, together));
        assertThat(forwards.get(1, TimeUnit.MINUTES)).isTrue();
        assertThat(backwards.get(1, TimeUnit.MINUTES)).isTrue();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private boolean write(
      List<RevokedToken> revoked, List<LedgerToken> tokens, CyclicBarrier together)
      throws Exception {
    LedgerDatabase ledger = database().ledger();
    ledger.run(
        connection -> {
          meet(together);
          ledger.revoked().insert(connection, revoked, any -> RevokedTable.NOT_PUSHED, "TEST", NOW);
          meet(together);
          ledger.revoked().markPushed(connection, revoked, "e1");
          meet(together);
          ledger.tokens().insert(connection, tokens);
        });
    return true;
  }

  private static void meet(CyclicBarrier together) {
    try {
      together.await(1, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLockedTableIsGivenUpInTime() throws Exception {
    LedgerDatabase ledger = database().ledger();
    try (Connection other = database().open();
        Statement lock = other.createStatement()) {
      other.setAutoCommit(false);
      lock.execute("LOCK TABLE BULWARK_TOKEN IN ACCESS EXCLUSIVE MODE");
      assertThatThrownBy(() -> ledger.insertTokens(Duration.ofSeconds(1), tokens(0)))
          .isInstanceOf(SQLException.class)
          .satisfies(failure -> assertThat(DatabaseFailure.isTimeout(failure)).isTrue());
      other.rollback();
    }
    ledger.insertTokens(Duration.ofSeconds(1), tokens(0));
    assertThat(ledger.losses()).isZero();
  }

  @Test
  void anotherStartOfTheServerIsAnotherServer() throws Exception {
    LedgerDatabase ledger = database().ledger();
    String before = ledger.server();
    assertThat(ledger.server()).isEqualTo(before);
    server.restart();
    assertThat(ledger.server()).isNotEqualTo(before);
  }

  /** Rows are acknowledged before they are flushed: the node has them until they are. */
  @Test
  void rowsThatACrashOfTheServerLosesAreWrittenAgain() throws Exception {
    LedgerDatabase ledger = database().ledger();
    LedgerWriter writer =
        new LedgerWriter(
            ledger,
            new RevocationMetrics(new SimpleMeterRegistry(), Clock.systemUTC()),
            Clock.systemUTC(),
            Duration.ofSeconds(10),
            () -> {});
    setting("wal_writer_delay = '10s'");
    try {
      int issued = 0;
      int left = 0;
      // A commit of PostgreSQL's own, as of autovacuum, may put all rows on the disk: then once
      // more.
      for (int round = 0; left == issued && round < 5; round++) {
        writer.guard();
        for (LedgerToken token : tokens(round)) {
          writer.awaitRow(writer.queueRow(token));
          issued++;
        }
        assertThat(rows()).isEqualTo(issued);
        server.crash();
        left = rows();
      }
      assertThat(left).as("what the crash left").isLessThan(issued);
      writer.guard();
      assertThat(rows()).isEqualTo(issued);
    } finally {
      setting("wal_writer_delay = DEFAULT");
    }
  }

  /** Nothing to delete, which is so most of the time: that must not cost the whole table. */
  @Test
  void cleaningReadsTheIndexOnly() throws Exception {
    LedgerDatabase ledger = database().ledger();
    for (int round = 0; round < 20; round++) {
      int number = round;
      ledger.run(connection -> ledger.tokens().insert(connection, tokens(number)));
    }
    try (Connection connection = database().open();
        Statement statement = connection.createStatement()) {
      statement.execute("VACUUM ANALYZE BULWARK_TOKEN");
      // As PostgreSQL does with a statement that it has seen often.
      statement.execute("SET plan_cache_mode = force_generic_plan");
      long before = blocks(statement);
      for (int i = 0; i < 20; i++) {
        assertThat(ledger.tokens().deleteExpired(connection, NOW)).isZero();
      }
      assertThat(blocks(statement) - before).isLessThan(20);
    }
  }

  /** R7: else each page of a large range would read and sort the whole rest of it. */
  @ParameterizedTest
  @EnumSource(SessionClock.Kind.class)
  void aPageOfEndedSessionsReadsNoMoreThanItsRowsOfTheIndex(SessionClock.Kind kind)
      throws Exception {
    try (Connection connection = database().open();
        Statement statement = connection.createStatement()) {
      fillSessions(statement, kind, kind.isRemembered());
      long before = entries(statement);
      FoundSessions page = page(connection, kind);
      assertThat(page.sessions()).hasSize(10);
      assertThat(entries(statement) - before).isBetween(10L, 50L);
    }
  }

  /**
   * R2: after an update from before 26.5, in a realm without "remember me". A statement that looks
   * for remembered sessions among millions of others would end by its time limit, again and again.
   */
  @ParameterizedTest
  @EnumSource(names = {"UNMARKED_ONLINE", "UNMARKED_REMEMBERED"})
  void aPageReadsNoMoreWhereAllUnmarkedSessionsAreOfTheOtherKind(SessionClock.Kind kind)
      throws Exception {
    try (Connection connection = database().open();
        Statement statement = connection.createStatement()) {
      fillSessions(statement, kind, !kind.isRemembered());
      long before = entries(statement);
      FoundSessions page = page(connection, kind);
      assertThat(page.sessions()).isEmpty();
      assertThat(page.rest()).as("where the next page begins").isNotNull();
      assertThat(entries(statement) - before).isBetween(10L, 50L);
    }
  }

  /** 20,000 sessions of a realm, last refreshed at the times 0 to 2,000. */
  private static void fillSessions(
      Statement statement, SessionClock.Kind kind, boolean rememberedByData) throws SQLException {
    statement.execute(
        "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), REALM_ID VARCHAR(36),"
            + " OFFLINE_FLAG VARCHAR(4), CREATED_ON INT, LAST_SESSION_REFRESH INT,"
            + " REMEMBER_ME BOOLEAN, VERSION INT, USER_ID VARCHAR(255), DATA TEXT)");
    // As in Keycloak's changelog 26.5.0.
    statement.execute(
        "CREATE INDEX SESSION_REFRESH ON OFFLINE_USER_SESSION (REALM_ID, OFFLINE_FLAG,"
            + " REMEMBER_ME, LAST_SESSION_REFRESH, USER_SESSION_ID, USER_ID)");
    statement.execute(
        "INSERT INTO OFFLINE_USER_SESSION SELECT 's' || n, 'r', '%s', 50, n / 10, %s, 0, 'u', '%s'"
                .formatted(
                    kind.isOffline() ? 1 : 0,
                    kind.isMarked() ? kind.isRemembered() : "NULL",
                    "{\"rememberMe\":%s}".formatted(rememberedByData))
            + " FROM generate_series(1, 20000) n");
    statement.execute("VACUUM ANALYZE OFFLINE_USER_SESSION");
  }

  /** A page of 10 rows at most. */
  private static FoundSessions page(Connection connection, SessionClock.Kind kind)
      throws SQLException {
    return new EndedSessions("", 10)
        .find(
            connection,
            List.of(
                new SessionRange(
                    "r", kind, SessionRange.Moment.REFRESH, 100, "", 2_000, "TEST", false)))
        .get(0);
  }

  /** How many entries of the index of sessions this session has read. */
  private static long entries(Statement statement) throws SQLException {
    statement.execute("SELECT pg_stat_force_next_flush()");
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT idx_tup_read FROM pg_stat_user_indexes"
                + " WHERE indexrelname = 'session_refresh'")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** How many blocks of the table itself this session has read. */
  private static long blocks(Statement statement) throws SQLException {
    statement.execute("SELECT pg_stat_force_next_flush()");
    try (ResultSet rows =
        statement.executeQuery(
            "SELECT heap_blks_read + heap_blks_hit FROM pg_statio_user_tables"
                + " WHERE relname = 'bulwark_token'")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  private void setting(String setting) throws SQLException {
    try (Connection connection = database().open();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER SYSTEM SET " + setting);
      statement.execute("SELECT pg_reload_conf()");
    }
  }

  private int rows() throws SQLException {
    try (Connection connection = database().open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM BULWARK_TOKEN")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  /** With less memory PostgreSQL writes the sessions to files; an operator may have set more. */
  @ParameterizedTest
  @CsvSource({"4MB, 32MB", "64kB, 32MB", "100MB, 100MB"})
  void aComparisonHasMemoryForTheSessions(String configured, String used) throws Exception {
    setting("work_mem = '" + configured + "'");
    try {
      LedgerDatabase ledger = database().ledger();
      String within = ledger.callOverRange(connection -> shown(connection, "work_mem"));
      String afterwards = ledger.call(connection -> shown(connection, "work_mem"));
      String jit = ledger.callOverRange(connection -> shown(connection, "jit"));
      assertThat(List.of(within, afterwards, jit)).containsExactly(used, configured, "off");
    } finally {
      setting("work_mem = '4MB'");
    }
  }

  private static String shown(Connection connection, String setting) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SHOW " + setting)) {
      rows.next();
      return rows.getString(1);
    }
  }

  @Test
  void aConnectionThatTheServerEndsIsALoss() throws Exception {
    LedgerDatabase ledger = database().ledger();
    assertThatThrownBy(
            () ->
                ledger.run(
                    connection -> {
                      try (Statement statement = connection.createStatement()) {
                        statement.execute("SELECT pg_terminate_backend(pg_backend_pid())");
                      }
                    }))
        .isInstanceOf(SQLException.class);
    assertThat(ledger.losses()).isEqualTo(1);
  }

  /**
   * As if the server's host had gone: the process behind a connection is halted, so it neither
   * answers nor ends a statement. The driver alone would wait forever.
   */
  @Test
  @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aServerThatIsGoneHoldsUpNobody() throws Exception {
    Duration limit = Duration.ofSeconds(1);
    Queue<Long> halted = new ConcurrentLinkedQueue<>();
    LedgerDatabase gone = new LedgerDatabase(() -> halted(halted), SqlDialect.POSTGRESQL, "");
    List<Callable<Object>> work =
        List.of(
            () -> gone.call(limit, connection -> gone.revoked().contains(connection, "jti")),
            () -> {
              gone.insertTokens(limit, tokens(1));
              return true;
            });
    ExecutorService threads = Executors.newFixedThreadPool(work.size());
    try {
      for (Future<Object> done : threads.invokeAll(work)) {
        assertThatThrownBy(done::get)
            .matches(DatabaseFailure::isConnectionLoss, "the connection is lost");
      }
    } finally {
      threads.shutdownNow();
      for (long process : halted) {
        signal("CONT", process);
      }
    }
  }

  private Connection halted(Queue<Long> halted) throws SQLException {
    Connection connection = database().open();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_backend_pid()")) {
      rows.next();
      halted.add(rows.getLong(1));
      signal("STOP", rows.getLong(1));
    }
    return connection;
  }

  private static void signal(String name, long process) {
    LocalProcess.run(Duration.ofSeconds(10), List.of("kill", "-" + name, Long.toString(process)));
  }

  /** The pool gives the connection to others, whose statements may take longer. */
  @Test
  void aConnectionKeepsItsOwnTimeout() throws Exception {
    try (Connection connection = database().open()) {
      connection.setNetworkTimeout(Runnable::run, 77_000);
      int within =
          TimeLimit.call(connection, Duration.ofSeconds(10), Connection::getNetworkTimeout);
      assertThat(within).isEqualTo(15_000);
      assertThat(connection.getNetworkTimeout()).isEqualTo(77_000);
    }
  }

  @Test
  void anEndingThatIsRefusedLeavesItsTransactionUsable() throws Exception {
    LedgerDatabase ledger = database().ledger();
    try (Connection connection = database().open();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "ALTER TABLE BULWARK_REVOCATION_SCOPE ADD CONSTRAINT refuses CHECK (false) NOT VALID");
      connection.setAutoCommit(false);
      statement.execute("CREATE TABLE logout (id INT)");
      Endings endings = new Endings("TEST", NOW * 1000);
      assertThatThrownBy(
              () -> ledger.endings().insertGuarded(connection, List.of(endings.realm("realm"))))
          .hasMessageContaining("refuses");
      statement.execute("INSERT INTO logout VALUES (1)");
      connection.commit();
      assertThat(statement.executeQuery("SELECT * FROM logout").next()).isTrue();
    }
  }

  private static List<RevokedToken> revoked(int round) {
    return IntStream.range(0, OVERLAP)
        .mapToObj(i -> new RevokedToken(round + "-" + (i * 7919 % OVERLAP), NOW + 300))
        .toList();
  }

  private static List<LedgerToken> tokens(int round) {
    return revoked(round).stream()
        .map(
            token ->
                new LedgerToken(
                    token.jti(),
                    SessionType.ONLINE,
                    "realm",
                    "user",
                    "client",
                    "session",
                    null,
                    NOW - 10,
                    token.expiresAt()))
        .toList();
  }
}

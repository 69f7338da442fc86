package dev.bulwark.revocation.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.SqlDialect;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R3: nobody calls the revocations complete while a node has rows set aside. */
class SetAsideNoticeTest {

  private static final Duration LIMIT = Duration.ofSeconds(2);

  private final AtomicBoolean away = new AtomicBoolean();
  private TestDatabase database;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  @Test
  void otherNodesKnowOfRowsThatAreSetAsideUntilTheyAreWritten() throws Exception {
    LedgerWriter writer = writer();
    SetAsideNotice here = notice(writer);
    SetAsideNotice other = notice(writer());
    here.round();
    assertThat(here.writtenUntil()).isPresent();
    assertThat(other.writtenUntil()).isPresent();

    rejectRows();
    issue(writer, "a");
    here.round();
    assertThat(here.writtenUntil()).isEmpty();
    assertThat(other.writtenUntil()).isEmpty();
    assertThat(other.hasAll("realm", "user", LIMIT)).isFalse();
    assertThat(here.hasAll("realm", "user", LIMIT)).isFalse();
    assertThat(here.hasAll("realm", "other", LIMIT)).isTrue();

    acceptRows();
    writer.retry();
    here.round();
    assertThat(here.writtenUntil()).isPresent();
    assertThat(other.writtenUntil()).isPresent();
    assertThat(other.hasAll("realm", "user", LIMIT)).isTrue();
    assertThat(leases()).isZero();
  }

  /** Its rows are lost with it. */
  @Test
  void theNoticeOfANodeThatIsKilledRunsOut() throws Exception {
    LedgerWriter killed = writer();
    rejectRows();
    issue(killed, "a");
    notice(killed).round();
    SetAsideNotice other = notice(writer());
    assertThat(other.writtenUntil()).isEmpty();
    execute("UPDATE BULWARK_LEASE SET EXPIRES_AT = 1");
    assertThat(other.writtenUntil()).isPresent();
  }

  @Test
  void aDatabaseThatIsAwayIsTriedAgain() throws Exception {
    LedgerWriter writer = writer();
    SetAsideNotice here = notice(writer);
    away.set(true);
    issue(writer, "a");
    here.round();
    assertThat(here.hasAll("realm", "other", LIMIT)).as("other nodes cannot be asked").isFalse();
    away.set(false);
    here.round();
    assertThat(notice(writer()).writtenUntil()).isEmpty();
  }

  @Test
  void theFirstRowThatIsSetAsideAndTheLastThatIsWrittenAreTold() throws Exception {
    LedgerWriter writer = writer();
    AtomicInteger told = new AtomicInteger();
    writer.onSetAside(told::incrementAndGet);
    rejectRows();
    issue(writer, "a");
    issue(writer, "b");
    assertThat(told).hasValue(1);
    assertThatThrownBy(writer::retry).isInstanceOf(SQLException.class);
    assertThat(told).hasValue(1);
    acceptRows();
    writer.retry();
    assertThat(told).hasValue(2);
    writer.retry();
    assertThat(told).hasValue(2);
  }

  private LedgerDatabase ledger() {
    return new LedgerDatabase(
        () -> {
          if (away.get()) {
            throw new SQLException("refused");
          }
          return database.open();
        },
        SqlDialect.H2,
        "");
  }

  private LedgerWriter writer() {
    Clock clock = Clock.systemUTC();
    return new LedgerWriter(
        ledger(), new RevocationMetrics(new SimpleMeterRegistry(), clock), clock, LIMIT, () -> {});
  }

  private SetAsideNotice notice(LedgerWriter writer) {
    return new SetAsideNotice(ledger(), writer);
  }

  private static void issue(LedgerWriter writer, String jti) {
    long now = Clock.systemUTC().instant().getEpochSecond();
    LedgerToken token =
        new LedgerToken(
            jti, SessionType.ONLINE, "realm", "user", "client", "s", null, now, now + 900);
    writer.awaitRow(writer.queueRow(token));
  }

  private void rejectRows() throws SQLException {
    execute("ALTER TABLE BULWARK_TOKEN ADD CONSTRAINT REJECTS CHECK (FALSE) NOCHECK");
  }

  private void acceptRows() throws SQLException {
    execute("ALTER TABLE BULWARK_TOKEN DROP CONSTRAINT REJECTS");
  }

  private void execute(String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int leases() throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM BULWARK_LEASE")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}

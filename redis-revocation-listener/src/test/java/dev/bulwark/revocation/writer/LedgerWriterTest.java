package dev.bulwark.revocation.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.SqlDialect;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against H2, whose connections can be refused. */
class LedgerWriterTest {

  private static final long NOW = 2_000_000_000;

  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicBoolean connectionLost = new AtomicBoolean();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicInteger late = new AtomicInteger();
  private long now = NOW;
  private TestDatabase database;
  private LedgerWriter writer;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    LedgerDatabase ledger =
        new LedgerDatabase(
            () -> {
              if (away.get()) {
                throw new SQLException("refused");
              }
              if (connectionLost.get()) {
                throw new SQLException("The connection is closed", "08003");
              }
              return database.open();
            },
            SqlDialect.H2,
            "");
    InstantSource time = () -> Instant.ofEpochSecond(now);
    Clock clock = time.withZone(ZoneOffset.UTC);
    writer =
        new LedgerWriter(
            ledger,
            new RevocationMetrics(registry, clock),
            clock,
            Duration.ofSeconds(2),
            late::incrementAndGet);
  }

  @Test
  void aRowThatComesLateHasTheLedgerCompared() throws Exception {
    write(token("a"));
    assertThat(late).hasValue(0);
    now += 21;
    write(token("b"));
    assertThat(late).hasValue(1);
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  @Test
  void aRowThatTheDatabaseRefusesIsTold() throws Exception {
    away.set(true);
    assertThatThrownBy(() -> write(token("a"))).hasMessage("refused");
    away.set(false);
    assertThatThrownBy(() -> write(token("x".repeat(256)))).isInstanceOf(SQLException.class);
    write(token("b"));
    assertThat(rows()).extracting(LedgerToken::jti).containsExactly("b");
  }

  /** A failover to a standby that lacks the last commits. */
  @Test
  void rowsAreWrittenAgainAfterAConnectionWasLost() throws Exception {
    write(token("a"));
    writer.guard();
    write(token("b"));
    lose("a", "b");
    writer.guard();
    assertThat(rows()).as("nothing says that they are lost").isEmpty();

    connectionLost.set(true);
    assertThatThrownBy(writer::guard).isInstanceOf(SQLException.class);
    connectionLost.set(false);
    writer.guard();
    assertThat(rows()).extracting(LedgerToken::jti).containsExactly("a", "b");
    double rewritten = counter("ledger.rewritten");
    writer.guard();
    assertThat(counter("ledger.rewritten")).isEqualTo(rewritten);
  }

  /** R3: those who wait would need up all connections of Keycloak's pool. */
  @Test
  void aLedgerThatIsLockedHoldsTheNextOnesUpNoMore() throws Exception {
    try (Connection other = database.open();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      write(token("a"));
      statement.execute("SELECT * FROM BULWARK_TOKEN FOR UPDATE");
      statement.execute("DELETE FROM BULWARK_TOKEN");
      // The same key waits for the row that is being deleted.
      assertThatThrownBy(() -> write(token("a"))).isInstanceOf(SQLException.class);
      long began = System.nanoTime();
      for (int i = 0; i < 50; i++) {
        LedgerToken next = token("a");
        assertThatThrownBy(() -> write(next)).isInstanceOf(SQLException.class);
      }
      // Each of them would have waited for two seconds.
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(50));
      other.commit();
    }
    await().ignoreExceptions().untilAsserted(() -> write(token("c")));
    assertThat(rows()).extracting(LedgerToken::jti).containsExactly("c");
    write(token("d"));
  }

  private void lose(String... jtis) throws SQLException {
    database
        .ledger()
        .run(
            c -> database.ledger().tokens().delete(c, Stream.of(jtis).map(j -> token(j)).toList()));
  }

  private void write(LedgerToken token) throws Exception {
    writer.awaitRow(writer.queueRow(token));
  }

  private double counter(String name) {
    return registry.get("bulwark.revocation." + name).counter().count();
  }

  private List<LedgerToken> rows() throws SQLException {
    LedgerDatabase ledger = database.ledger();
    return ledger.call(
        c ->
            ledger
                .tokens()
                .candidates(c, new Endings("TEST", NOW * 1000).realm("realm"), null, NOW, 1000)
                .tokens());
  }

  private static LedgerToken token(String jti) {
    return new LedgerToken(
        jti, SessionType.ONLINE, "realm", "user", "client", "session", null, NOW - 10, NOW + 300);
  }
}

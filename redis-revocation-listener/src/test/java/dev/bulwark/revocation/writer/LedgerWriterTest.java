package dev.bulwark.revocation.writer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against H2, whose connections can be refused. */
class LedgerWriterTest {

  private static final long NOW = 2_000_000_000;
  private static final int MAX_SET_ASIDE = 600;

  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicBoolean connectionLost = new AtomicBoolean();
  private final AtomicBoolean outOfMemory = new AtomicBoolean();
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final AtomicInteger late = new AtomicInteger();
  private Runnable beforeOpening = () -> {};
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
              if (outOfMemory.get()) {
                throw new OutOfMemoryError("of the test");
              }
              if (connectionLost.get()) {
                throw new SQLException("The connection is closed", "08003");
              }
              beforeOpening.run();
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
            late::incrementAndGet,
            MAX_SET_ASIDE);
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
  void badRowsHoldUpNoOther() throws Exception {
    away.set(true);
    for (int i = 0; i < 5; i++) {
      write(token("x".repeat(256) + i));
    }
    for (int i = 0; i < 300; i++) {
      write(token("good-" + i));
    }
    away.set(false);
    int rounds = 0;
    while (rows().size() < 300 && rounds++ < 5) {
      assertThatThrownBy(writer::retry).isInstanceOf(SQLException.class);
    }
    assertThat(rows()).hasSize(300).allMatch(token -> token.jti().startsWith("good-"));

    now = NOW + 600;
    writer.retry();
  }

  /** Neither all rows at once nor one after the other. */
  @Test
  void anErrorLosesNoRow() throws Exception {
    away.set(true);
    for (int i = 0; i < 300; i++) {
      write(token("t-" + i));
    }
    outOfMemory.set(true);
    away.set(false);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(writer::retry).isInstanceOf(OutOfMemoryError.class);
    }
    outOfMemory.set(false);
    writer.retry();
    assertThat(rows()).hasSize(300);
  }

  @Test
  void aDatabaseThatIsAwayCostsAFewTriesAndLosesNothing() throws Exception {
    away.set(true);
    for (int i = 0; i < 600; i++) {
      write(token("t-" + i));
    }
    assertThatThrownBy(writer::retry).hasMessage("refused");
    assertThat(writer.isComplete()).isFalse();
    away.set(false);
    writer.retry();
    assertThat(writer.isComplete()).isTrue();
    assertThat(rows()).hasSize(600);
    assertThat(counter("ledger.lost")).isZero();
    assertThat(counter("ledger.failures")).isEqualTo(600);
  }

  /** R10: who confirms a logout asks once, and an idle try of the background must not matter. */
  @Test
  void aLedgerThatLacksNoRowIsCompleteAtAnyTime() throws Exception {
    away.set(true);
    write(token("a"));
    assertThat(writer.isComplete()).isFalse();
    away.set(false);
    writer.retry();
    AtomicBoolean asked = new AtomicBoolean();
    CountDownLatch trying = new CountDownLatch(1);
    CompletableFuture<Void> background =
        CompletableFuture.runAsync(
            () -> {
              while (!asked.get()) {
                retryNothing();
                trying.countDown();
              }
            },
            task -> new Thread(task).start());
    try {
      trying.await();
      for (int i = 0; i < 100_000; i++) {
        assertThat(writer.isComplete()).isTrue();
      }
    } finally {
      asked.set(true);
    }
    background.get(1, TimeUnit.MINUTES);
  }

  private void retryNothing() {
    try {
      writer.retry();
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  /** R10: what is under way again has no row yet, and is not set aside either. */
  @Test
  void aRowThatIsTriedAgainIsLackingUntilItIsThere() throws Exception {
    away.set(true);
    write(token("a"));
    away.set(false);
    AtomicBoolean complete = new AtomicBoolean(true);
    beforeOpening = () -> complete.set(writer.isComplete());
    writer.retry();
    beforeOpening = () -> {};
    assertThat(complete).isFalse();
    assertThat(writer.isComplete()).isTrue();
  }

  /** R10: a row that is set aside is no other user's, and is tried once more. */
  @Test
  void whoseRowsAreSetAsideIsKnown() throws Exception {
    Duration limit = Duration.ofSeconds(2);
    write(token("a"));
    assertThat(writer.hasAll("realm", "user", limit)).isTrue();
    away.set(true);
    write(token("b"));
    assertThat(writer.hasAll("realm", "user", limit)).isFalse();
    assertThat(writer.hasAll("realm", "other", limit)).isTrue();
    assertThat(writer.hasAll("other", "user", limit)).isTrue();
    away.set(false);
    assertThat(writer.hasAll("realm", "user", limit)).isTrue();
    assertThat(rows()).hasSize(2);
  }

  @Test
  void whatIsTooMuchIsCounted() {
    away.set(true);
    for (int i = 0; i < MAX_SET_ASIDE + 2; i++) {
      write(token("t-" + i));
    }
    assertThat(counter("ledger.lost")).isEqualTo(2);
  }

  @Test
  void whatIsSetAsideIsWrittenAtACleanStop() throws Exception {
    away.set(true);
    write(token("a"));
    away.set(false);
    writer.close();
    assertThat(rows()).extracting(LedgerToken::jti).containsExactly("a");
    assertThat(counter("ledger.lost")).isZero();
  }

  @Test
  void whatCannotBeWrittenAtACleanStopIsCounted() {
    away.set(true);
    write(token("a"));
    write(token("b"));
    writer.close();
    assertThat(counter("ledger.lost")).isEqualTo(2);
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

  @Test
  void aLedgerThatIsLockedHoldsTheNextOnesUpNoMore() throws Exception {
    try (Connection other = database.open();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      write(token("a"));
      statement.execute("SELECT * FROM BULWARK_TOKEN FOR UPDATE");
      statement.execute("DELETE FROM BULWARK_TOKEN");
      // The same key waits for the row that is being deleted.
      write(token("a"));
      assertThat(counter("ledger.failures")).isEqualTo(1);
      long began = System.nanoTime();
      for (int i = 0; i < 50; i++) {
        write(token("b" + i));
      }
      // Each of them would have waited for two seconds.
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(50));
      assertThat(counter("ledger.failures")).isEqualTo(51);
      assertThat(writer.isComplete()).isFalse();
      other.commit();
    }
    writer.retry();
    assertThat(rows()).hasSize(51);
    write(token("c"));
    assertThat(rows()).hasSize(52);
    assertThat(counter("ledger.failures")).isEqualTo(51);
  }

  /** The database has answered in time again, whatever it thinks of that row. */
  @Test
  void aRowThatIsRejectedHoldsNoLaterOneUpAfterALock() throws Exception {
    try (Connection other = database.open();
        Statement statement = other.createStatement()) {
      other.setAutoCommit(false);
      write(token("a"));
      statement.execute("SELECT * FROM BULWARK_TOKEN FOR UPDATE");
      statement.execute("DELETE FROM BULWARK_TOKEN");
      write(token("a"));
      write(token("x".repeat(256)));
      write(token("b"));
      other.rollback();
    }
    assertThat(counter("ledger.failures")).isEqualTo(3);
    assertThatThrownBy(writer::retry).isInstanceOf(SQLException.class);
    write(token("c"));
    assertThat(rows()).extracting(LedgerToken::jti).containsExactly("a", "b", "c");
    assertThat(counter("ledger.failures")).isEqualTo(3);
  }

  private void lose(String... jtis) throws SQLException {
    database
        .ledger()
        .run(
            c -> database.ledger().tokens().delete(c, Stream.of(jtis).map(j -> token(j)).toList()));
  }

  private void write(LedgerToken token) {
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

package dev.bulwark.revocation.issuance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bulwark.contract.StatusPlaces;
import dev.bulwark.contract.StatusReference;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.ConnectionSource;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.revocation.writer.LedgerWriter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** R3, R7: nodes over one database (H2), whose connections can be refused or held up. */
class ReservedIdsTest {

  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Clock CLOCK = Clock.systemUTC();

  /** Of a list; seconds since 1970. */
  private final long windowEnd = CLOCK.instant().getEpochSecond() + 7_200;

  private final Set<String> revoked = new HashSet<>();
  private final List<ReservedIds> open = new ArrayList<>();
  private final Map<ReservedIds, LedgerWriter> writers = new HashMap<>();
  private final AtomicBoolean away = new AtomicBoolean();
  private final AtomicBoolean broken = new AtomicBoolean();
  private TestDatabase database;
  private volatile ConnectionSource connections = () -> database.open();
  private long nanos;
  private final CountedPlaces places = new CountedPlaces();
  private LostNodes lost;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    lost =
        new LostNodes(
            database.ledger(),
            places,
            (tokens, cause) -> tokens.forEach(this::revoke),
            metrics(),
            CLOCK,
            Duration.ofSeconds(1),
            () -> nanos);
  }

  @AfterEach
  void close() throws Exception {
    for (ReservedIds node : open) {
      node.close();
    }
    database.close();
  }

  @Test
  void aTokensRowFollowsAndABlockGoesWhenAllItsTokensHaveTheirs() throws Exception {
    ReservedIds node = busy(node());
    List<LedgerToken> tokens = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      tokens.add(issue(node));
    }
    assertThat(node.awaitOwn(SOON)).isTrue();
    assertThat(rows()).containsAll(jtis(tokens));
    node.round();
    assertThat(count("BULWARK_BLOCK")).isEqualTo(2);

    node.close();
    node.leave();
    assertThat(count("BULWARK_BLOCK")).isZero();
    assertThat(count("BULWARK_NODE")).as("the barrier").isEqualTo(1);
  }

  /** A service's tokens share rows, and none of them is forgotten or taken for lost. */
  @Test
  void tokensThatShareARowHaveOne() throws Exception {
    ReservedIds node = busy(node());
    node.round();
    List<LedgerToken> tokens = issueOfService(node, 400);
    assertThat(node.awaitOwn(SOON)).isTrue();
    assertThat(rows()).containsAll(jtis(tokens));
    assertThat(count("BULWARK_TOKEN WHERE OTHER_JTIS IS NOT NULL")).isBetween(1, 200);
    lose();
    assertThat(revoked).isNotEmpty().doesNotContainAnyElementsOf(jtis(tokens));
  }

  private static List<LedgerToken> issueOfService(ReservedIds node, int count) {
    List<LedgerToken> tokens = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ReservedId id = take(node);
      long now = CLOCK.instant().getEpochSecond();
      LedgerToken token =
          new LedgerToken(
              id.jti(), SessionType.TRANSIENT, "r", "u", "c", null, null, now, now + 900);
      node.issued(token, id);
      tokens.add(token);
    }
    return tokens;
  }

  /** The promise: a token that somebody has and that has no row is revoked. */
  @Test
  void whatALostNodeHasNotWrittenIsRevokedAndNothingElse() throws Exception {
    ReservedIds node = busy(node());
    LedgerToken written = issue(node);
    assertThat(node.awaitOwn(SOON)).isTrue();
    ReservedId onItsWay = take(node);
    // Killed: neither its row nor its end comes.
    lose();
    assertThat(revoked).contains(onItsWay.jti()).doesNotContain(written.jti());
    assertThat(count("BULWARK_BLOCK")).isZero();
    assertThat(lost.round()).isTrue();
  }

  /** R8: the same with places in a status list, which the id of the lost token names too. */
  @Test
  void aLostTokenWithAPlaceIsRevokedByItsWholeId() throws Exception {
    ReservedIds node = busy(node());
    node.round();
    ReservedId written = takeListed(node);
    node.issued(token(written.jti()), written);
    ReservedId onItsWay = takeListed(node);
    assertThat(StatusReference.ofJti(written.jti()))
        .contains(new StatusReference(CountedPlaces.LIST, 0));
    assertThat(StatusReference.ofJti(onItsWay.jti()))
        .contains(new StatusReference(CountedPlaces.LIST, 1));
    assertThat(node.awaitOwn(SOON)).isTrue();
    lose();
    assertThat(revoked).contains(onItsWay.jti()).doesNotContain(written.jti());
  }

  /** All its tokens have expired. */
  @Test
  void aBlockWhoseListIsGoneIsForgotten() throws Exception {
    ReservedIds node = busy(node());
    node.round();
    ReservedId id = takeListed(node);
    places.gone = true;
    lose();
    assertThat(revoked).isNotEmpty().doesNotContain(id.jti());
    assertThat(count("BULWARK_BLOCK")).isZero();
  }

  /** R3: a mapper has set it. The database takes no block of it, and no row of its tokens. */
  @Test
  void aLongPrefixKeepsNoOtherFromBeingReserved() throws Exception {
    ReservedIds node = busy(node());
    assertThat(node.take("x".repeat(230) + ":1", expiry())).isNull();
    node.round();
    assertThat(node.take("x".repeat(230) + ":1", expiry())).isNull();
    assertThat(node.take("onrtac:x", expiry())).isNotNull();
  }

  /** R3: with many realms and a slow database; others would take it for lost. */
  @Test
  void aNodeBeatsWhileItReservesManyBlocks() throws Exception {
    int realms = 60;
    ReservedIds node = busy(node());
    takeListed(node);
    assertThat(takeOfRealms(node, realms)).as("there is no block yet").isEmpty();
    node.round();
    awaitOfRealms(node, realms);

    places.leasing = () -> nanos += Duration.ofMillis(100).toNanos();
    node.doubted();
    do {
      long beat = beat();
      long began = nanos;
      node.round();
      assertThat(beat()).isEqualTo(beat + 1);
      assertThat(Duration.ofNanos(nanos - began)).isLessThanOrEqualTo(Duration.ofSeconds(1));
    } while (node.isShort());
    awaitOfRealms(node, realms);
  }

  /** R3: the database rejects the blocks of one kind, again and again, and it comes first. */
  @Test
  void aKindThatCannotBeReservedKeepsNoOtherFromIt() throws Exception {
    ReservedIds node = busy(node());
    for (int i = 0; i < 600; i++) {
      issue(node);
    }
    assertThat(node.awaitOwn(SOON)).isTrue();
    places.rejected = "realm-0";
    assertThat(takeOfRealms(node, 5)).as("there is no block yet").isEmpty();
    for (int round = 0; round < 4; round++) {
      assertThatThrownBy(node::round).hasMessage("rejected");
    }
    assertThat(takeOfRealms(node, 5)).hasSize(4);
    assertThat(count("BULWARK_BLOCK")).as("without those that are used up").isEqualTo(2 + 2 * 4);

    places.rejected = "";
    node.round();
    assertThat(takeOfRealms(node, 5)).hasSize(5);
  }

  private List<ReservedId> takeOfRealms(ReservedIds node, int realms) {
    List<ReservedId> ids = new ArrayList<>();
    for (int realm = 0; realm < realms; realm++) {
      ReservedId id = node.takeListed("onrtac:x", "realm-" + realm, windowEnd, expiry());
      if (id != null) {
        ids.add(id);
      }
    }
    return ids;
  }

  /** A node that has not beaten for seconds, because the machine was slow, has none. */
  private void awaitOfRealms(ReservedIds node, int realms) {
    await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .until(
            () -> {
              boolean all = takeOfRealms(node, realms).size() == realms;
              if (!all) {
                node.round();
              }
              return all;
            });
  }

  private long beat() throws SQLException {
    Map<String, Long> beats = database.ledger().call(new NodeTable(SqlDialect.H2, "")::beats);
    return beats.values().iterator().next();
  }

  /** A list that is nearly full has fewer places than the block would have ids. */
  @Test
  void aBlockHasAsManyIdsAsItsListHasPlaces() throws Exception {
    places.most = 3;
    ReservedIds node = busy(node());
    node.round();
    for (int i = 0; i < 20; i++) {
      ReservedId id = takeListed(node);
      assertThat(id.block().reservation().size()).isEqualTo(3);
      assertThat(StatusReference.ofJti(id.jti()))
          .as("each place once")
          .contains(new StatusReference(CountedPlaces.LIST, i));
    }
  }

  /** Places in their order, of one list. */
  private static final class CountedPlaces implements StatusPlaces {

    private static final String LIST = "ABCDEFGHIJKLMNOP";
    private int most = Integer.MAX_VALUE;
    private int leased;
    private boolean gone;
    private Runnable leasing = () -> {};
    private String rejected = "";

    @Override
    public Optional<Range> lease(Connection connection, String realmId, long windowEnd, int count)
        throws SQLException {
      leasing.run();
      if (realmId.equals(rejected)) {
        throw new SQLException("rejected");
      }
      Range range = new Range(LIST, leased, Math.min(most, count));
      leased += range.count();
      return Optional.of(range);
    }

    @Override
    public List<StatusReference> of(Connection connection, Range range) {
      return gone
          ? List.of()
          : IntStream.range(range.from(), range.from() + range.count())
              .mapToObj(index -> new StatusReference(LIST, index))
              .toList();
    }
  }

  /** Its row may have been deleted since; its key must not live as long as the block. */
  @Test
  void aTokenThatWasRevokedBeforeIsNotRevokedAgain() throws Exception {
    ReservedIds node = busy(node());
    LedgerToken token = issue(node);
    assertThat(node.awaitOwn(SOON)).isTrue();
    LedgerDatabase ledger = database.ledger();
    ledger.run(
        connection -> {
          ledger
              .revoked()
              .insert(
                  connection,
                  List.of(new RevokedToken(token.jti(), token.expiresAt())),
                  "",
                  "TEST",
                  CLOCK.millis());
          ledger.tokens().delete(connection, List.of(token));
        });
    lose();
    assertThat(revoked).isNotEmpty().doesNotContain(token.jti());
  }

  @Test
  void aSilentNodeKeepsThatWhichIsRevokedFromBeingComplete() throws Exception {
    ReservedIds node = busy(node());
    assertThat(lost.round()).as("not known to be alive").isFalse();
    node.round();
    for (int second = 0; second < 15; second++) {
      assertThat(lost.round()).as("after %d s", second).isEqualTo(second < 5);
      nanos += Duration.ofSeconds(1).toNanos();
    }
    assertThat(revoked).isEmpty();
    assertThat(lost.round()).isTrue();
    assertThat(revoked).isNotEmpty();
  }

  /** A node that was asleep: its unused ids are revoked, so it must never use them. */
  @Test
  void aNodeThatComesBackDoesNotUseWhatWasRevoked() throws Exception {
    ReservedIds node = busy(node());
    lose();
    assertThat(revoked).isNotEmpty();
    node.round();
    for (int i = 0; i < 1_000; i++) {
      ReservedId id = take(node);
      assertThat(revoked).doesNotContain(id.jti());
      node.issued(token(id.jti()), id);
    }
  }

  @Test
  void anotherNodeIsWaitedFor() throws Exception {
    ReservedIds here = node();
    here.round();
    ReservedIds there = busy(node());
    here.round();
    for (int i = 0; i < 50; i++) {
      LedgerToken token = issue(there);
      assertThat(here.awaitAll(SOON)).isTrue();
      assertThat(rows()).contains(token.jti());
    }
  }

  /** R10: whose last tokens may be unknown is waited for until they are revoked. */
  @Test
  void aKilledNodeIsWaitedForUntilItsIdsAreRevoked() throws Exception {
    ReservedIds here = node();
    here.round();
    ReservedIds there = busy(node());
    ReservedId onItsWay = take(there);
    assertThat(here.awaitEvery("r", "u", SOON))
        .as("though no round has shown the other yet")
        .isTrue();
    // Killed: it acknowledges nothing any more.
    there.close();
    assertThat(here.awaitEvery("r", "u", Duration.ofMillis(100))).isFalse();
    lose();
    here.round();
    assertThat(here.awaitEvery("r", "u", SOON)).isTrue();
    assertThat(revoked).contains(onItsWay.jti());
  }

  /** Its row is gone, and its ids are not revoked yet. */
  @Test
  void idsWithoutANodeAreWaitedFor() throws Exception {
    ReservedIds here = node();
    here.round();
    busy(node());
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM BULWARK_NODE WHERE NAME IN (SELECT OWNER FROM BULWARK_BLOCK)");
    }
    assertThat(here.awaitEvery("r", "u", SOON)).isFalse();
  }

  /** Not even for a moment: it has nothing to write. */
  @Test
  void anIdleNodeIsNotWaitedFor() throws Exception {
    ReservedIds here = node();
    here.round();
    node().round();
    here.round();
    assertThat(here.awaitAll(Duration.ZERO)).isTrue();
  }

  @Test
  void aRowThatCannotBeWrittenIsCoveredByItsBlock() throws Exception {
    ReservedIds node = busy(node());
    away.set(true);
    LedgerToken token = issue(node);
    node.awaitOwn(SOON);
    away.set(false);
    node.close();
    node.leave();
    assertThat(count("BULWARK_BLOCK")).isEqualTo(1);
    lose();
    assertThat(revoked).contains(token.jti());
  }

  /** A statement of the other node that hangs: the answer is no, and not a wrong yes. */
  @Test
  void aNodeThatIsStuckIsNotSaidToHaveWritten() throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    ReservedIds here = node();
    here.round();
    ReservedIds there = busy(node());
    here.round();
    CompletableFuture<Void> lock =
        CompletableFuture.runAsync(
            () -> {
              try (Connection connection = database.open();
                  Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("SELECT * FROM BULWARK_NODE WHERE NAME <> '*' FOR UPDATE");
                held.countDown();
                release.await(30, TimeUnit.SECONDS);
                connection.rollback();
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    held.await(30, TimeUnit.SECONDS);
    LedgerToken token = issue(there);
    assertThat(here.awaitAll(Duration.ofMillis(200))).isFalse();
    release.countDown();
    lock.get(30, TimeUnit.SECONDS);
    await().atMost(SOON).until(() -> here.awaitAll(SOON));
    assertThat(rows()).contains(token.jti());
  }

  /** An index is built, or the database rejects rows: who asks must not take them for written. */
  @Test
  void rowsThatAreSetAsideAreNotSaidToBeWritten() throws Exception {
    ReservedIds node = busy(node());
    assertThat(areWritten(node, SOON)).isTrue();
    rejectRows();
    LedgerToken token = issue(node);
    assertThat(node.awaitOwn(SOON)).isFalse();
    assertThat(areWritten(node, SOON)).isFalse();
    acceptRows();
    writer(node).retry();
    assertThat(areWritten(node, SOON)).isTrue();
    assertThat(rows()).contains(token.jti());
  }

  @Test
  void anotherNodeDoesNotAcknowledgeWhileItsRowsAreSetAside() throws Exception {
    ReservedIds here = node();
    here.round();
    ReservedIds there = busy(node());
    here.round();
    there.round();
    assertThat(here.awaitAll(SOON)).isTrue();
    rejectRows();
    LedgerToken token = issue(there);
    assertThat(there.awaitOwn(SOON)).isFalse();
    assertThat(areWritten(here, Duration.ofMillis(200))).isFalse();
    assertThat(here.awaitAll(Duration.ofMillis(200))).isFalse();

    long began = System.nanoTime();
    assertThat(here.awaitAll(SOON)).as("is not waited for again").isFalse();
    assertThat(areWritten(here, SOON)).isFalse();
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(SOON);

    acceptRows();
    writer(there).retry();
    await().atMost(SOON).until(() -> here.awaitAll(SOON));
    assertThat(areWritten(here, SOON)).isTrue();
    assertThat(rows()).contains(token.jti());
  }

  /** R1: one that has recovered is no longer asked for at each logout. */
  @Test
  void aLogoutAfterAnotherNodeHasRecoveredAsksNoMoreThanOneBefore() throws Exception {
    ReservedIds here = node();
    here.round();
    ReservedIds there = busy(node());
    here.round();
    there.round();
    int before = connectionsOfALogout(here, there);
    rejectRows();
    LedgerToken token = issue(there);
    assertThat(there.awaitOwn(SOON)).isFalse();
    assertThat(here.awaitAll(Duration.ofMillis(50))).isFalse();
    acceptRows();
    writer(there).retry();
    await().atMost(SOON).until(() -> here.awaitAll(SOON));
    assertThat(connectionsOfALogout(here, there)).isEqualTo(before);
    assertThat(rows()).contains(token.jti());
  }

  /** How many connections a logout needs before it waits for the other node. */
  private int connectionsOfALogout(ReservedIds here, ReservedIds there) throws Exception {
    Thread logout = Thread.currentThread();
    AtomicInteger opened = new AtomicInteger();
    connections =
        () -> {
          if (Thread.currentThread() == logout) {
            opened.incrementAndGet();
          }
          return database.open();
        };
    issue(there);
    opened.set(0);
    here.awaitAll(Duration.ZERO);
    return opened.get();
  }

  /** R3: a slow database. To ask anew each time would never get an answer. */
  @Test
  void anAnswerThatTakesLongerThanACallIsGot() throws Exception {
    ReservedIds here = node();
    here.round();
    ReservedIds there = busy(node());
    here.round();
    assertThat(areWritten(here, SOON)).isTrue();
    long barriers = barriers();
    long asked;
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SELECT * FROM BULWARK_NODE WHERE NAME <> '*' FOR UPDATE");
      issue(there);
      assertThat(here.writtenUntil(Duration.ofMillis(50))).isEmpty();
      asked = System.nanoTime();
      for (int call = 0; call < 5; call++) {
        assertThat(here.writtenUntil(Duration.ofMillis(50))).isEmpty();
      }
      connection.rollback();
    }
    OptionalLong answer = here.writtenUntil(SOON);
    assertThat(answer).isPresent();
    assertThat(answer.getAsLong() - asked).as("of the first call").isNegative();
    assertThat(barriers()).as("one question").isEqualTo(barriers + 1);
  }

  /** A failover has lost what the node said last: others would wait for ever, or not at all. */
  @ParameterizedTest
  @CsvSource({"true, 0, 1", "false, 1, 0"})
  void afterAFailoverANodeSaysAgainWhetherItIsBusy(boolean busy, int lostValue, int expected)
      throws Exception {
    ReservedIds node = node();
    node.round();
    if (busy) {
      busy(node);
      assertThat(node.awaitOwn(SOON)).isTrue();
    }
    execute("UPDATE BULWARK_NODE SET BUSY = " + lostValue + " WHERE NAME <> '*'");
    node.doubted();
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              if (busy) {
                issue(node);
              }
              return count("BULWARK_NODE WHERE NAME <> '*' AND BUSY = " + expected) == 1;
            });
  }

  /** The database has failed over to a state with fewer barriers. */
  @Test
  void aBarrierThatIsLostIsNotAcknowledged() throws Exception {
    NodeTable nodes = new NodeTable(SqlDialect.H2, "");
    node().round();
    LedgerDatabase ledger = database.ledger();
    long barrier = ledger.callInTransaction(nodes::raise);
    String name = ledger.call(nodes::beats).keySet().iterator().next();
    execute("UPDATE BULWARK_NODE SET BEAT = BEAT - 1 WHERE NAME = '*'");
    boolean acknowledged = ledger.callInTransaction(c -> nodes.acknowledge(c, name, barrier));
    assertThat(acknowledged).isFalse();
    assertThat(count("BULWARK_NODE WHERE ACKNOWLEDGED > 0")).isZero();
  }

  /** All logouts of a cluster would wait for the row that counts the barriers. */
  @Test
  void whereNobodyIsBehindNoBarrierIsRaised() throws Exception {
    ReservedIds here = node(false);
    here.round();
    node(false).round();
    here.round();
    long barriers = barriers();
    for (int logout = 0; logout < 10; logout++) {
      assertThat(here.awaitAll(SOON)).isTrue();
    }
    assertThat(barriers()).isEqualTo(barriers);
  }

  /** Its connections are used up, so that it cannot say that it has set a row aside. */
  @Test
  void aSilentStrictNodeKeepsThatWhichIsRevokedFromBeingComplete() throws Exception {
    ReservedIds strict = node(false);
    strict.round();
    lost.round();
    strict.round();
    assertThat(lost.round()).isTrue();
    for (int second = 0; second < 15; second++) {
      assertThat(lost.round()).as("after %d s", second).isEqualTo(second < 5);
      nanos += Duration.ofSeconds(1).toNanos();
    }
    assertThat(lost.round()).as("taken for lost").isTrue();
  }

  /** R10: the row of somebody else is set aside, perhaps for minutes. */
  @Test
  void aUserWaitsForHisOwnRowsAlone() throws Exception {
    ReservedIds node = busy(node());
    assertThat(node.awaitOwn(SOON)).isTrue();
    rejectRows();
    issue(node);
    assertThat(node.awaitOwn(SOON)).isFalse();
    assertThat(node.awaitEvery("r", "u", SOON)).isFalse();
    assertThat(node.awaitEvery("r", "other", SOON)).isTrue();
    acceptRows();
    writer(node).retry();
    assertThat(node.awaitEvery("r", "u", SOON)).isTrue();
  }

  private static boolean areWritten(ReservedIds node, Duration limit) throws Exception {
    return node.writtenUntil(limit).isPresent();
  }

  private long barriers() throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT BEAT FROM BULWARK_NODE WHERE NAME = '*'")) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /** R3: or revocation:complete would stand still until the token expires. */
  @Test
  void aRowThatIsRejectedForGoodIsNotWaitedForWhenItsTokenIsRevoked() throws Exception {
    ReservedIds node = busy(node());
    assertThat(node.awaitOwn(SOON)).isTrue();
    rejectRows();
    LedgerToken token = issue(node);
    assertThat(node.awaitOwn(SOON)).isFalse();
    // Its block gives out no more ids.
    node.doubted();
    node.round();
    assertThat(revoked).isEmpty();
    nanos += Duration.ofMinutes(11).toNanos();
    node.round();
    assertThat(revoked).containsExactly(token.jti());
    assertThat(node.awaitOwn(SOON)).isTrue();
    assertThat(writer(node).isComplete()).isTrue();
    acceptRows();
    writer(node).retry();
    assertThat(rows()).doesNotContain(token.jti());
  }

  /** Its tokens have no reserved ids, so that only the rows set aside make it busy. */
  @Test
  void aStrictNodeIsWaitedForWhileItsRowsAreSetAside() throws Exception {
    ReservedIds here = node();
    here.round();
    ReservedIds strict = node(false);
    strict.round();
    here.round();
    assertThat(areWritten(here, SOON)).isTrue();
    rejectRows();
    LedgerToken token = token("onrtac:strict");
    LedgerWriter writer = writer(strict);
    writer.finish(writer.announce(token));
    await().atMost(SOON).until(() -> count("BULWARK_NODE WHERE BUSY = 1") == 1);
    assertThat(areWritten(here, Duration.ofMillis(100))).isFalse();
    assertThat(here.awaitAll(Duration.ofMillis(100))).isFalse();

    acceptRows();
    writer.retry();
    await().atMost(SOON).until(() -> areWritten(here, SOON));
    assertThat(rows()).contains(token.jti());
    await("it has nothing to write any more")
        .atMost(SOON)
        .until(() -> count("BULWARK_NODE WHERE BUSY = 1") == 0);
  }

  /** R3: a try of the background hangs; until it is over, no row is in the queue of those rows. */
  @Test
  void aStrictNodeIsWaitedForWhileItsRowIsTriedAgain() throws Exception {
    ReservedIds here = node();
    here.round();
    ReservedIds strict = node(false);
    strict.round();
    here.round();
    AtomicBoolean mute = new AtomicBoolean(true);
    CountDownLatch trying = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    connections =
        () -> {
          String thread = Thread.currentThread().getName();
          if (thread.equals("retry")) {
            trying.countDown();
            join(release);
          } else if (mute.get() && thread.equals("bulwark-revocation-ledger")) {
            throw new SQLException("refused");
          }
          return database.open();
        };
    rejectRows();
    LedgerToken token = token("onrtac:strict");
    LedgerWriter writer = writer(strict);
    writer.finish(writer.announce(token));
    acceptRows();
    Thread retry = new Thread(() -> retry(writer), "retry");
    retry.start();
    try {
      join(trying);
      mute.set(false);
      await().atMost(SOON).until(() -> count("BULWARK_NODE WHERE BUSY = 1") == 1);
      assertThat(areWritten(here, Duration.ofMillis(100))).isFalse();
    } finally {
      release.countDown();
    }
    await().atMost(SOON).until(() -> areWritten(here, SOON));
    assertThat(rows()).contains(token.jti());
  }

  private static void retry(LedgerWriter writer) {
    try {
      writer.retry();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private static void join(CountDownLatch latch) {
    try {
      assertThat(latch.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aStrictNodeWaitsForTheOthersAndTheyKnowOfIt() throws Exception {
    ReservedIds strict = node(false);
    strict.round();
    ReservedIds there = busy(node());
    strict.round();
    there.round();
    assertThat(count("BULWARK_NODE")).as("both, and the barrier").isEqualTo(3);
    assertThat(strict.take("onrtac:x", expiry())).isNull();
    for (int i = 0; i < 50; i++) {
      LedgerToken token = issue(there);
      assertThat(strict.awaitAll(SOON)).isTrue();
      assertThat(rows()).contains(token.jti());
    }
  }

  /** The memory is short, or a class cannot be loaded: the rows are not lost. */
  @Test
  void anErrorLosesNoRow() throws Exception {
    ReservedIds node = busy(node());
    assertThat(node.awaitOwn(SOON)).isTrue();
    broken.set(true);
    LedgerToken token = issue(node);
    assertThat(node.awaitOwn(SOON)).isFalse();
    broken.set(false);
    writer(node).retry();
    assertThat(rows()).contains(token.jti());
    LedgerToken next = issue(node);
    assertThat(node.awaitOwn(SOON)).isTrue();
    assertThat(rows()).contains(next.jti());
  }

  private LedgerWriter writer(ReservedIds node) {
    return Objects.requireNonNull(writers.get(node));
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

  /** Looks until every node is lost. */
  private void lose() throws SQLException {
    for (int second = 0; second <= 16; second++) {
      lost.round();
      nanos += Duration.ofSeconds(1).toNanos();
    }
  }

  private ReservedIds node() {
    return node(true);
  }

  /** One with {@code ledger=strict} where no ids are reserved. */
  private ReservedIds node(boolean reserving) {
    LedgerDatabase ledger =
        new LedgerDatabase(
            () -> {
              if (away.get()) {
                throw new SQLException("refused");
              }
              if (broken.get()) {
                throw new NoClassDefFoundError("of a test");
              }
              return connections.open();
            },
            SqlDialect.H2,
            "");
    LedgerWriter writer =
        new LedgerWriter(ledger, metrics(), CLOCK, Duration.ofSeconds(2), () -> {});
    ReservedIds node =
        new ReservedIds(
            ledger,
            writer,
            CLOCK,
            (tokens, cause) -> tokens.forEach(this::revoke),
            places,
            reserving,
            () -> nanos);
    node.start();
    open.add(node);
    writers.put(node, writer);
    return node;
  }

  private void revoke(RevokedToken token) {
    revoked.add(token.jti());
  }

  /** Until the node gives ids out: a first token asks for it. */
  private static ReservedIds busy(ReservedIds node) {
    issue(node);
    return node;
  }

  /** A node may have none at any moment: it has been asleep, or idle. */
  private static ReservedId take(ReservedIds node) {
    return await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              ReservedId id = node.take("onrtac:x", expiry());
              if (id == null) {
                node.round();
              }
              return id;
            },
            Objects::nonNull);
  }

  private static ReservedId takeListed(ReservedIds node) {
    long end = expiry() / 3_600 * 3_600 + 3_600;
    return await()
        .atMost(SOON)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(10))
        .until(
            () -> {
              ReservedId id = node.takeListed("onrtac:x", "r", end, expiry());
              if (id == null) {
                node.round();
              }
              return id;
            },
            Objects::nonNull);
  }

  private static LedgerToken issue(ReservedIds node) {
    ReservedId id = take(node);
    LedgerToken token = token(id.jti());
    node.issued(token, id);
    return token;
  }

  private static long expiry() {
    return CLOCK.instant().getEpochSecond() + 900;
  }

  private static LedgerToken token(String jti) {
    long now = CLOCK.instant().getEpochSecond();
    return new LedgerToken(jti, SessionType.ONLINE, "r", "u", "c", "s", null, now, expiry());
  }

  private List<String> rows() throws SQLException {
    long now = CLOCK.instant().getEpochSecond();
    LedgerDatabase ledger = database.ledger();
    return jtis(
        ledger.call(
            connection ->
                ledger
                    .tokens()
                    .candidates(
                        connection, new Endings("TEST", now * 1000).realm("r"), null, now, 10_000)
                    .tokens()));
  }

  private static List<String> jtis(List<LedgerToken> tokens) {
    return tokens.stream().map(LedgerToken::jti).toList();
  }

  private int count(String table) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM " + table)) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static RevocationMetrics metrics() {
    return new RevocationMetrics(new SimpleMeterRegistry(), CLOCK);
  }
}

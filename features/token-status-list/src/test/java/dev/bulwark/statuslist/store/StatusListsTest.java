package dev.bulwark.statuslist.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.bulwark.statuslist.store.StatusLists.UnavailableException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import liquibase.Liquibase;
import liquibase.database.DatabaseFactory;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.LiquibaseException;
import liquibase.resource.ClassLoaderResourceAccessor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R8: places and bits, with the tables of the shipped changelog in H2. */
class StatusListsTest {

  private static final int MAX_WAITING = 4;
  private static final long WINDOW = 900;
  private static final long NOW = 1_800_000_000;

  private final String url =
      "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1;NON_KEYWORDS=VALUE";
  private final StatusTables tables = new StatusTables("");
  private final TestClock clock = new TestClock();
  private final AtomicInteger connections = new AtomicInteger();
  private volatile boolean away;
  private volatile CountDownLatch answers = new CountDownLatch(0);
  private final AtomicInteger hanging = new AtomicInteger();
  private final StatusDatabase database = new StatusDatabase(this::open, tables, Duration.ZERO);
  private final IndexSupply supply = new IndexSupply(database, WINDOW, clock);
  private final StatusLists lists = new StatusLists(database, clock, MAX_WAITING);

  private static final class TestClock extends Clock {
    private volatile long seconds = NOW;

    @Override
    public Instant instant() {
      return Instant.ofEpochSecond(seconds);
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
  void createTables() throws SQLException, LiquibaseException {
    try (Connection connection = open()) {
      new Liquibase(
              "META-INF/bulwark-token-status-changelog.xml",
              new ClassLoaderResourceAccessor(),
              DatabaseFactory.getInstance()
                  .findCorrectDatabaseImplementation(new JdbcConnection(connection)))
          .update("");
    }
  }

  @AfterEach
  void close() throws SQLException {
    database.close();
    answers.countDown();
    away = false;
    try (Connection connection = open();
        var statement = connection.createStatement()) {
      statement.execute("SHUTDOWN");
    }
  }

  private Connection open() throws SQLException {
    if (away) {
      throw new SQLException("away");
    }
    hanging.incrementAndGet();
    try {
      answers.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException(e);
    }
    hanging.decrementAndGet();
    connections.incrementAndGet();
    return DriverManager.getConnection(url);
  }

  private StatusReference take(long expiresAt) {
    return supply.take("realm", expiresAt).orElseThrow();
  }

  private void revoke(StatusReference... places) throws SQLException {
    try (Connection connection = open()) {
      tables.insertBits(connection, List.of(places));
    }
  }

  private boolean isRevoked(StatusReference place) throws UnavailableException {
    return lists.find(place.list(), "realm").orElseThrow().bits().contains(place.index());
  }

  private void awaitRevoked(StatusReference place) {
    await().until(() -> isRevoked(place));
  }

  @Test
  void tokensThatExpireInTheSameWindowShareAList() {
    StatusReference one = take(NOW + 900);
    assertThat(take(NOW + 1).list()).isEqualTo(one.list());
    assertThat(take(NOW + 901).list()).isNotEqualTo(one.list());
    assertThat(supply.take("other", NOW + 900).orElseThrow().list()).isNotEqualTo(one.list());
    assertThat(one.list()).hasSize(StatusReference.LIST_ID_LENGTH);
  }

  @Test
  void nodesThatTakePlacesAtTheSameTimeGetDifferentOnes() {
    Set<StatusReference> taken = ConcurrentHashMap.newKeySet();
    IntStream.range(0, 4)
        .parallel()
        .forEach(
            node -> {
              IndexSupply own = new IndexSupply(database, WINDOW, clock);
              for (int i = 0; i < 5_000; i++) {
                StatusReference place = own.take("realm", NOW + 900).orElseThrow();
                assertThat(taken.add(place)).isTrue();
              }
            });
    assertThat(taken).hasSize(20_000);
    assertThat(taken.stream().map(StatusReference::list).distinct()).hasSize(1);
  }

  @Test
  void aFullListIsFollowedByAnother() throws SQLException {
    try (Connection connection = open()) {
      StatusTables.Lease first = tables.lease(connection, "realm", NOW, IndexOrder.TOKENS);
      assertThat(first.to()).isEqualTo(IndexOrder.TOKENS);
      StatusTables.Lease second = tables.lease(connection, "realm", NOW, 10);
      assertThat(second.list().id()).isNotEqualTo(first.list().id());
      assertThat(second.from()).isZero();
    }
  }

  @Test
  void aRevokedTokenHasItsBitSetAndNoOther() throws Exception {
    StatusReference dead = take(NOW + 900);
    StatusReference alive = take(NOW + 900);
    assertThat(isRevoked(dead)).isFalse();
    revoke(dead, dead);
    awaitRevoked(dead);
    assertThat(isRevoked(alive)).isFalse();
    revoke(alive);
    awaitRevoked(alive);
  }

  @Test
  void aListIsOnlyFoundInItsRealm() throws UnavailableException {
    StatusReference place = take(NOW + 900);
    assertThat(lists.find(place.list(), "realm")).isPresent();
    assertThat(lists.find(place.list(), "other")).isEmpty();
    assertThat(lists.find("AAAAAAAAAAAAAAAA", "realm")).isEmpty();
    assertThat(lists.ids("realm")).containsExactly(place.list());
    assertThat(lists.ids("other")).isEmpty();
  }

  /** R8: a database that fails over may have fewer rows than before, with newer ones among them. */
  @Test
  void whatIsReadLaterIsNewerHoweverManyRowsItHas() throws Exception {
    StatusReference[] lost = new StatusReference[20];
    for (int i = 0; i < lost.length; i++) {
      lost[i] = take(NOW + 900);
    }
    StatusReference next = take(NOW + 900);
    revoke(lost);
    RevokedBits before = bits(next);
    assertThat(before.rows()).isEqualTo(20);
    try (Connection connection = open();
        var statement = connection.createStatement()) {
      statement.execute("DELETE FROM BULWARK_STATUS_BIT");
    }
    revoke(next);
    awaitRevoked(next);
    RevokedBits after = bits(next);
    assertThat(after.rows()).isEqualTo(1);
    assertThat(after.isNewerThan(before)).isTrue();
    assertThat(before.isNewerThan(after)).isFalse();
  }

  /** It is not signed again for another read. */
  @Test
  void aListThatHasNotChangedStaysAsItIs() throws Exception {
    StatusReference place = take(NOW + 900);
    revoke(place);
    RevokedBits bits = bits(place);
    int before = connections.get();
    await()
        .untilAsserted(
            () -> {
              assertThat(bits(place)).isSameAs(bits);
              assertThat(connections.get()).isGreaterThan(before + 1);
            });
  }

  @Test
  void theSameRowsInAnotherOrderAreTheSameBits() throws Exception {
    StatusReference one = take(NOW + 900);
    StatusReference other = take(NOW + 900);
    revoke(one, other);
    RevokedBits bits = bits(one);
    try (Connection connection = open();
        var statement = connection.createStatement()) {
      statement.execute("DELETE FROM BULWARK_STATUS_BIT");
      tables.insertBits(connection, List.of(other, one));
      RevokedBits read = tables.read(connection, bits.list(), 2);
      assertThat(bits.isSameAs(read)).isTrue();
      tables.insertBits(connection, List.of(other));
      assertThat(bits.isSameAs(tables.read(connection, bits.list(), 3))).isFalse();
    }
  }

  private RevokedBits bits(StatusReference place) throws UnavailableException {
    return lists.find(place.list(), "realm").orElseThrow().bits();
  }

  /** The endpoint is public: who guesses ids must not make the database count its rows for each. */
  @Test
  void unknownListsAreReadForAsSeldomAsKnownOnes() throws Exception {
    StatusReference place = take(NOW + 900);
    int before = connections.get();
    long began = System.nanoTime();
    for (int i = 0; i < 2; i++) {
      assertThat(lists.find("AAAAAAAAAAAAAAA" + i, "realm")).isEmpty();
    }
    // The list of another realm takes the same way: its answer takes as long.
    int guessed = connections.get();
    assertThat(lists.find(place.list(), "other")).isEmpty();
    assertThat(connections.get()).isGreaterThan(guessed);
    long halfSeconds = (System.nanoTime() - began) / Duration.ofMillis(500).toNanos();
    assertThat(connections.get() - before).isLessThanOrEqualTo((int) halfSeconds + 1);
  }

  /** A list that is new must not be denied because others send made-up ids. */
  @Test
  void whoCannotWaitForTheNextReadIsNotToldThatThereIsNoSuchList() throws Exception {
    StatusReference place = take(NOW + 900);
    StatusLists full = new StatusLists(database, clock, 0);
    assertThat(full.find(place.list(), "realm")).as("no wait for what is known").isPresent();
    assertThatThrownBy(() -> full.find("AAAAAAAAAAAAAAAA", "realm"))
        .isInstanceOf(UnavailableException.class);
    assertThat(full.find("made-up", "realm")).as("no id of a list").isEmpty();
  }

  /** A place to wait is free again afterwards, however the wait ended. */
  @Test
  void whoHasWaitedMakesRoomForTheNext() throws Exception {
    StatusLists one = new StatusLists(database, clock, 1);
    for (int i = 0; i < 2; i++) {
      assertThat(one.find("AAAAAAAAAAAAAAAA", "realm")).isEmpty();
    }
  }

  @Test
  void whatIsNoIdOfAListIsNotLookedFor() throws Exception {
    int before = connections.get();
    for (String id : List.of("", "a", "AAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAA'", "AAAAAAAAAAAAAAAAA")) {
      assertThat(lists.find(id, "realm")).as(id).isEmpty();
    }
    assertThat(connections.get()).isEqualTo(before);
  }

  /** While the database fails, too. */
  @Test
  void aDatabaseThatFailsIsAskedNoMoreOften() throws Exception {
    away = true;
    long began = System.nanoTime();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> lists.find("AAAAAAAAAAAAAAAA", "realm"))
          .isInstanceOf(UnavailableException.class);
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .as("three reads")
        .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
  }

  /** A query hangs for as long as somebody holds a lock: it must not keep the server's threads. */
  @Test
  void whileTheDatabaseHangsAListIsAsItWasReadLast() throws Exception {
    StatusReference place = take(NOW + 900);
    assertThat(isRevoked(place)).isFalse();
    answers = new CountDownLatch(1);
    await().until(() -> !isRevoked(place) && hanging.get() > 0);
    long began = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      assertThat(isRevoked(place)).isFalse();
    }
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .as("of all, the first of which wait")
        .isLessThan(Duration.ofSeconds(50));
    assertThatThrownBy(() -> lists.find("AAAAAAAAAAAAAAAA", "realm"))
        .as("not known whether there is such a list")
        .isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> lists.ids("realm"))
        .as("not known which lists there are")
        .isInstanceOf(UnavailableException.class);
    assertThat(hanging.get()).as("reads that hang").isEqualTo(1);
    answers.countDown();
    revoke(place);
    awaitRevoked(place);
  }

  /** L1: a database that hangs holds no more threads than may wait, here none. */
  @Test
  void whileTheDatabaseHangsOnlySoManyWaitForIt() throws Exception {
    StatusReference place = take(NOW + 900);
    StatusLists full = new StatusLists(database, clock, 0);
    assertThat(full.ids("realm")).as("a database that answers").containsExactly(place.list());
    answers = new CountDownLatch(1);
    await()
        .untilAsserted(
            () ->
                assertThatThrownBy(() -> full.ids("realm"))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("Too many wait"));
    assertThat(full.find(place.list(), "realm")).as("as it was read last").isPresent();
  }

  @Test
  void whileTheDatabaseFailsAListIsAsItWasReadLast() throws Exception {
    StatusReference place = take(NOW + 900);
    assertThat(isRevoked(place)).isFalse();
    away = true;
    await().during(Duration.ofMillis(1_500)).until(() -> !isRevoked(place));
    away = false;
    revoke(place);
    awaitRevoked(place);
  }

  @Test
  void aStatementEndsAtItsLimit() {
    try (StatusDatabase limited = new StatusDatabase(this::open, tables, Duration.ofMillis(500))) {
      assertThat(limited.start((own, connection) -> sumWithoutEnd(connection)))
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(SQLTimeoutException.class);
    }
  }

  /** It would never end otherwise, and neither would the read that waits for it. */
  @Test
  void workThatIsRejectedAfterItsDelayFails() {
    answers = new CountDownLatch(1);
    try (StatusDatabase full = new StatusDatabase(this::open, tables, Duration.ZERO)) {
      while (!full.start((own, connection) -> true).isCompletedExceptionally()) {
        assertThat(hanging.get()).as("threads, all of which hang").isLessThanOrEqualTo(4);
      }
      assertThat(full.start(Duration.ofMillis(1), (own, connection) -> true))
          .failsWithin(Duration.ofSeconds(30))
          .withThrowableOfType(ExecutionException.class)
          .withCauseInstanceOf(RejectedExecutionException.class);
    }
  }

  private static boolean sumWithoutEnd(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.execute("SELECT SUM(X) FROM SYSTEM_RANGE(1, 1000000000000)");
    }
  }

  @Test
  void aListRetiresAMinuteAfterItsTokens() throws Exception {
    StatusReference old = take(NOW + 900);
    revoke(old);
    goTo(NOW + 960 - 1);
    assertThat(new StatusLists(database, clock, MAX_WAITING).find(old.list(), "realm")).isPresent();
    goTo(NOW + 961);
    assertThat(new StatusLists(database, clock, MAX_WAITING).find(old.list(), "realm")).isEmpty();
    // The next list takes its rows away.
    take(clock.seconds + 900);
    try (Connection connection = open()) {
      assertThat(tables.rows(connection)).isEmpty();
      assertThat(tables.live(connection, 0)).hasSize(1);
    }
  }

  private void goTo(long seconds) throws SQLException {
    clock.seconds = seconds;
    try (Connection connection = open()) {
      tables.completeUntil(connection, seconds * 1000, Map.of());
    }
  }

  /** Its tokens are alive, and all nodes serve the list. */
  @Test
  void aNodeWhoseClockIsAheadRetiresNoList() throws Exception {
    StatusReference place = take(NOW + 900);
    revoke(place);
    goTo(NOW + 700);
    clock.seconds = NOW + 961;
    assertThat(isRevoked(place)).as("on the node that is ahead").isTrue();
    take(clock.seconds + 900);
    clock.seconds = NOW + 700;
    assertThat(new StatusLists(database, clock, MAX_WAITING).find(place.list(), "realm"))
        .hasValueSatisfying(state -> assertThat(state.bits().contains(place.index())).isTrue());
  }

  /** Where that is not known, as before the first round of the ledger. */
  @Test
  void noListRetiresBeforeItIsComplete() throws Exception {
    StatusReference place = take(NOW + 900);
    clock.seconds = NOW + 10_000;
    take(clock.seconds + 900);
    assertThat(new StatusLists(database, clock, MAX_WAITING).find(place.list(), "realm"))
        .isPresent();
  }

  @Test
  void aNewListIsFoundAtOnce() throws UnavailableException {
    for (int i = 1; i <= 3; i++) {
      StatusReference place = take(NOW + i * WINDOW);
      assertThat(lists.find(place.list(), "realm")).isPresent();
    }
  }

  @Test
  void completenessNeverGoesBack() throws Exception {
    assertThat(completeUntil("realm")).isZero();
    complete(5_000, Map.of());
    complete(4_000, Map.of());
    assertThat(completeUntil("realm")).isEqualTo(5_000);
  }

  /** R12: the lists of a realm that is held are as old as it is; those of others are not. */
  @Test
  void aRealmThatIsHeldHoldsNoOther() throws Exception {
    complete(5_000, Map.of("realm", 4_000L));
    assertThat(completeUntil("realm")).isEqualTo(4_000);
    assertThat(completeUntil("other")).isEqualTo(5_000);
    complete(5_000, Map.of());
    assertThat(completeUntil("realm")).as("told by a node whose lease is over").isEqualTo(4_000);
    complete(6_000, Map.of("realm", 4_500L, "other", 3_000L));
    assertThat(completeUntil("realm")).isEqualTo(4_500);
    assertThat(completeUntil("other")).isEqualTo(3_000);
    complete(7_000, Map.of("other", 3_000L));
    assertThat(completeUntil("realm")).isEqualTo(7_000);
    assertThat(completeUntil("other")).isEqualTo(3_000);
    complete(8_000, Map.of());
    assertThat(completeUntil("other")).isEqualTo(8_000);
  }

  private void complete(long until, Map<String, Long> held) throws SQLException {
    try (Connection connection = open()) {
      tables.completeUntil(connection, until, held);
    }
  }

  private long completeUntil(String realmId) throws UnavailableException {
    StatusReference place = supply.take(realmId, NOW + 900).orElseThrow();
    return new StatusLists(database, clock, MAX_WAITING)
        .find(place.list(), realmId)
        .orElseThrow()
        .completeUntil();
  }

  @Test
  void withoutTheDatabaseTokensHaveNoPlaceAndListsAreUnavailable() {
    away = true;
    assertThat(supply.take("realm", NOW + 900)).isEmpty();
    assertThatThrownBy(() -> lists.find("AAAAAAAAAAAAAAAA", "realm"))
        .isInstanceOf(UnavailableException.class);
  }

  @Test
  void aLeasedPlaceNeedsNoDatabase() {
    Set<StatusReference> taken = new HashSet<>();
    taken.add(take(NOW + 900));
    away = true;
    for (int i = 0; i < 500; i++) {
      assertThat(taken.add(take(NOW + 900))).isTrue();
    }
  }

  @Test
  void theIdOfATokenNamesItsPlace() {
    StatusReference place = new StatusReference("Xk3fA9-_bQ2mZ7cd", 48_213);
    String jti = place.appendTo("onrtac:0f7e6a4c-0000-4000-8000-000000000000");
    assertThat(jti).endsWith("~Xk3fA9-_bQ2mZ7cd.48213");
    assertThat(StatusReference.ofJti(jti)).contains(place);
    for (String other :
        List.of("", "onrtac:1", "~short.1", "~Xk3fA9-_bQ2mZ7cd.", "~Xk3fA9-_bQ2mZ7cd.12345678")) {
      assertThat(StatusReference.ofJti(other)).as(other).isEmpty();
    }
  }
}

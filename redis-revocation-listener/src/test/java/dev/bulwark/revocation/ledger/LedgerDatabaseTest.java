package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.bulwark.revocation.ledger.RevokedTable.Backlog;
import dev.bulwark.revocation.rules.EndedSession;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.JtiRange;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionClock;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import liquibase.exception.LiquibaseException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The SQL against H2; MariaDB is in the integration tests. */
class LedgerDatabaseTest {

  private static final long NOW = 2_000_000_000;
  private static final Endings SCOPES = new Endings("TEST", NOW * 1000);

  private TestDatabase database;
  private LedgerDatabase ledger;
  private Connection connection;

  @BeforeEach
  void open() throws Exception {
    database = newDatabase();
    ledger = database.ledger();
    connection = database.open();
  }

  /** An empty ledger. */
  TestDatabase newDatabase() throws SQLException, LiquibaseException {
    return new TestDatabase();
  }

  /** The ledger of this test. */
  final TestDatabase database() {
    return database;
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
    database.close();
  }

  private static LedgerToken token(String jti, String user, @Nullable String session) {
    return new LedgerToken(
        jti, SessionType.ONLINE, "realm", user, "client", session, null, NOW - 10, NOW + 300);
  }

  @Test
  void tokensAreFoundByTheKeysOfAnEnding() throws Exception {
    LedgerToken byKey =
        new LedgerToken(
            "key", SessionType.TRANSIENT, "realm", "u9", "c9", null, "k", NOW - 1, NOW + 9);
    LedgerToken alice = token("a", "alice", "s1");
    LedgerToken bob = token("b", "bob", "s2");
    ledger.tokens().insert(connection, List.of(alice, bob, byKey));
    ledger.tokens().insert(connection, List.of(alice));

    assertThat(find(SCOPES.session("realm", "s1"))).containsExactly(alice);
    assertThat(find(SCOPES.user("realm", "bob"))).containsExactly(bob);
    assertThat(find(SCOPES.client("realm", "client"))).containsExactly(alice, bob);
    assertThat(find(SCOPES.realm("realm"))).containsExactly(byKey, alice, bob);
    assertThat(find(SCOPES.apiKey("realm", "k"))).containsExactly(byKey);
    assertThat(find(SCOPES.session("other", "s1"))).isEmpty();
    assertThat(find(SCOPES.realmNotBefore("realm", NOW - 5))).containsExactly(alice, bob);
  }

  @Test
  void ofARealmInDoubtOnlyTheDoubtedTypesAreRead() throws Exception {
    LedgerToken online = token("a", "alice", "s1");
    LedgerToken offline =
        new LedgerToken("f", SessionType.OFFLINE, "realm", "u", "c", "s", null, NOW - 1, NOW + 300);
    ledger.tokens().insert(connection, List.of(online, offline));
    assertThat(find(SCOPES.verifyRealm("realm", SessionType.ALL))).containsExactly(online, offline);
    assertThat(find(SCOPES.verifyRealm("realm", SessionType.OFFLINE_ACCESS_TYPES)))
        .containsExactly(offline);
    assertThat(find(SCOPES.verifyRealm("other", SessionType.ALL))).isEmpty();
  }

  @Test
  void revokedAndExpiredTokensAreNoCandidates() throws Exception {
    LedgerToken alice = token("a", "alice", "s1");
    LedgerToken expired =
        new LedgerToken("e", SessionType.ONLINE, "realm", "u", "c", "s1", null, NOW - 300, NOW);
    ledger.tokens().insert(connection, List.of(alice, token("b", "alice", "s1"), expired));
    ledger
        .revoked()
        .insert(
            connection, List.of(new RevokedToken("b", NOW + 300)), any -> "-", "TEST", NOW * 1000);
    assertThat(find(SCOPES.session("realm", "s1"))).containsExactly(alice);
    assertThat(ledger.tokens().deleteExpired(connection, NOW + 1)).isEqualTo(1);
  }

  @Test
  void pagesCoverEverythingOnce() throws Exception {
    List<LedgerToken> all =
        IntStream.range(0, 250)
            .mapToObj(
                i ->
                    new LedgerToken(
                        "t" + i,
                        SessionType.ONLINE,
                        "realm",
                        "u",
                        "c",
                        "s",
                        null,
                        NOW,
                        // Several of each expiry, so that pages end within one.
                        NOW + 10 + i / 7))
            .toList();
    ledger.tokens().insert(connection, all);
    List<LedgerToken> found = new ArrayList<>();
    Ending ending = SCOPES.user("realm", "u");
    LedgerToken last = null;
    do {
      TokenTable.Page page = ledger.tokens().candidates(connection, ending, last, NOW, 20);
      found.addAll(page.tokens());
      last = page.last();
    } while (last != null);
    assertThat(found).hasSize(250).doesNotHaveDuplicates().containsAll(all);
  }

  private static List<RevokedToken> toRevoke(List<LedgerToken> tokens) {
    return tokens.stream().map(t -> new RevokedToken(t.jti(), t.expiresAt())).toList();
  }

  /** A page of a realm can be full of revoked tokens; more pages follow. */
  @Test
  void ofARealmRevokedTokensFillPagesAndAreLeftOut() throws Exception {
    List<LedgerToken> all = new ArrayList<>();
    for (int i = 100; i < 160; i++) {
      all.add(token("t" + i, "u" + i, "s" + i));
    }
    ledger.tokens().insert(connection, all);
    ledger
        .revoked()
        .insert(connection, toRevoke(all.subList(0, 50)), any -> "-", "TEST", NOW * 1000);
    TokenTable.Page page =
        ledger.tokens().candidates(connection, SCOPES.realm("realm"), null, NOW, 20);
    assertThat(page.tokens()).isEmpty();
    List<LedgerToken> found = new ArrayList<>();
    while (page.last() != null) {
      page = ledger.tokens().candidates(connection, SCOPES.realm("realm"), page.last(), NOW, 20);
      found.addAll(page.tokens());
    }
    assertThat(found).containsExactlyElementsOf(all.subList(50, 60));
  }

  /** A write is repeated whose answer was late or lost. */
  @Test
  void aTokenIsInsertedOnce() throws Exception {
    List<LedgerToken> all = List.of(token("b", "bob", "s2"), token("a", "alice", "s1"));
    ledger.tokens().insertUnflushed(connection, all.subList(0, 1), 0);
    ledger.tokens().insertUnflushed(connection, all, 0);
    assertThat(find(SCOPES.realm("realm"))).containsExactlyInAnyOrderElementsOf(all);
    ledger.tokens().delete(connection, all.subList(0, 1));
    assertThat(find(SCOPES.realm("realm"))).containsExactly(all.get(1));
  }

  @Test
  void theRevokedTokensOfARealmAreCountedByCause() throws Exception {
    List<LedgerToken> all =
        List.of(token("a", "u", "s1"), token("b", "u", "s2"), token("c", "u", "s3"));
    ledger.tokens().insert(connection, all);
    ledger.revoked().insert(connection, toRevoke(all.subList(0, 1)), any -> "-", "ONE", NOW * 1000);
    ledger
        .revoked()
        .insert(connection, toRevoke(all.subList(1, 3)), any -> "-", "TWO", NOW * 1000 + 1);
    assertThat(ledger.revoked().byCause(connection, "realm", NOW))
        .containsExactly(
            new RevokedTable.Cause("TWO", 2, NOW * 1000 + 1),
            new RevokedTable.Cause("ONE", 1, NOW * 1000));
    assertThat(ledger.revoked().byCause(connection, "other", NOW)).isEmpty();
  }

  /** Their row is one, and each id is in Redis. */
  @Test
  void theRevokedTokensOfAServiceAreCountedByTheirIds() throws Exception {
    LedgerToken row = token(JtiRange.base("trrtcc:" + new UUID(1, 2), 8), "u", "s1");
    ledger.tokens().insert(connection, List.of(row));
    ledger.revoked().insert(connection, row.revoked().toList(), any -> "-", "ONE", NOW * 1000);
    assertThat(ledger.revoked().byCause(connection, "realm", NOW))
        .containsExactly(new RevokedTable.Cause("ONE", 9, NOW * 1000));
  }

  /** R3: Keycloak can be killed between two statements, and a base hides its row from searches. */
  @Test
  void aBaseIsWrittenAfterItsIds() throws Exception {
    List<RevokedToken> ids = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      token(JtiRange.base("trrtcc:" + new UUID(i, 2), 64), "u", "s").revoked().forEach(ids::add);
    }
    ids.add(new RevokedToken("z".repeat(300), NOW + 300));
    assertThatThrownBy(
            () -> ledger.revoked().insert(connection, ids, any -> "-", "TEST", NOW * 1000))
        .isInstanceOf(SQLException.class);
    Set<String> written =
        ledger.revoked().among(connection, ids.stream().map(RevokedToken::jti).toList());
    assertThat(written).as("ids of the first statement").isNotEmpty();
    assertThat(written).filteredOn(JtiRange::isBase).isEmpty();
  }

  @Test
  void hostileTextIsOnlyText() throws Exception {
    String hostile = "x' OR '1'='1\";\r\nFLUSHALL\r\n";
    LedgerToken token = token(hostile, hostile, hostile);
    ledger.tokens().insert(connection, List.of(token, token("b", "bob", "s")));
    assertThat(find(SCOPES.session("realm", hostile))).containsExactly(token);
  }

  @Test
  void whatHasNotBeenPushedInTheEpochIsPending() throws Exception {
    ledger.revoked().insert(connection, revoked("a", "b"), any -> "e1", "TEST", 1000);
    ledger.revoked().insert(connection, revoked("c"), any -> "e2", "TEST", 2000);
    ledger.revoked().insert(connection, revoked("d"), any -> RevokedTable.NOT_PUSHED, "TEST", 3000);
    ledger
        .revoked()
        .insert(connection, revoked("a"), any -> RevokedTable.NOT_PUSHED, "AGAIN", 4000);

    assertThat(pending()).containsExactlyInAnyOrder("a", "b", "c", "d");
    assertThat(pending("e1")).containsExactlyInAnyOrder("c", "d");
    assertThat(pending("e1", "e2")).containsExactly("d");
    assertThat(pending("e3", "e0", "e9")).containsExactlyInAnyOrder("a", "b", "c", "d");
    assertThat(ledger.revoked().backlog(connection, new TreeSet<>(Set.of("e1")), NOW))
        .isEqualTo(new Backlog(2, 2000));
    assertThat(ledger.revoked().backlog(connection, new TreeSet<>(Set.of("e1")), NOW + 300))
        .isEqualTo(new Backlog(0, 0));

    ledger.revoked().markPushed(connection, revoked("c", "d"), "e1");
    assertThat(pending("e1")).isEmpty();
    assertThat(ledger.revoked().contains(connection, "a")).isTrue();
    assertThat(ledger.revoked().contains(connection, "z")).isFalse();
    assertThat(ledger.revoked().deleteExpired(connection, NOW + 301)).isEqualTo(4);
  }

  @Test
  void endingsComeBackAsTheyWere() throws Exception {
    List<Ending> endings =
        List.of(
            SCOPES.session("r", "s"),
            SCOPES.token("r", "jti", NOW),
            SCOPES.apiKey(null, "k"),
            SCOPES.realmNotBefore("r", NOW));
    ledger.endings().insert(connection, endings);
    assertThat(ledger.endings().all(connection)).containsExactlyInAnyOrderElementsOf(endings);
    ledger.endings().delete(connection, endings.subList(0, 2));
    assertThat(ledger.endings().all(connection)).hasSize(2);
    ledger.endings().delete(connection, List.of());
  }

  /** R7: the leading node reads a row once, not in each of its rounds. */
  @Test
  void endingsAreReadByTheirIds() throws Exception {
    List<Ending> endings =
        IntStream.range(0, 1_200).mapToObj(i -> SCOPES.session("r", "s" + i)).toList();
    ledger.endings().insert(connection, endings);
    Set<String> ids = ledger.endings().ids(connection);
    assertThat(ids).isEqualTo(endings.stream().map(Ending::id).collect(Collectors.toSet()));
    ids.add("nobodys");
    assertThat(ledger.endings().of(connection, ids)).containsExactlyInAnyOrderElementsOf(endings);
    assertThat(ledger.endings().of(connection, List.of(endings.get(7).id())))
        .containsExactly(endings.get(7));
    assertThat(ledger.endings().of(connection, List.of())).isEmpty();
  }

  /** R7: what a pass of many endings reads, page by page. */
  @Test
  void ofManySessionsTheLiveTokensAreReadThatAreNotRevoked() throws Exception {
    List<LedgerToken> expected = new ArrayList<>();
    List<LedgerToken> all = new ArrayList<>();
    List<LedgerToken> dead = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      LedgerToken token = token("j" + i, "u", "s" + i / 2);
      all.add(token);
      if (i % 5 == 0) {
        dead.add(token);
      } else if (i < 200) {
        expected.add(token);
      }
    }
    all.add(
        new LedgerToken("e", SessionType.ONLINE, "realm", "u", "c", "s1", null, NOW - 300, NOW));
    all.add(token("without", "u", null));
    ledger.tokens().insert(connection, all);
    ledger.revoked().insert(connection, toRevoke(dead), any -> "-", "TEST", NOW * 1000);
    List<String> asked = IntStream.range(0, 100).mapToObj(i -> "s" + i).toList();
    List<LedgerToken> found = new ArrayList<>();
    List<LedgerToken> page;
    do {
      String after = found.isEmpty() ? "" : found.get(found.size() - 1).jti();
      page = ledger.tokens().candidatesOfSessions(connection, asked, after, NOW, 70);
      found.addAll(page);
    } while (page.size() == 70);
    assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(ledger.tokens().candidatesOfSessions(connection, List.of("s3"), "", NOW, 70))
        .containsExactlyInAnyOrder(all.get(6), all.get(7));
    assertThat(ledger.tokens().candidatesOfSessions(connection, List.of("x"), "", NOW, 70))
        .isEmpty();
  }

  @Test
  void theLeaseIsWithOneNodeUntilItRunsOut() throws Exception {
    LeaseTable leases = ledger.leases();
    Duration minute = Duration.ofMinutes(1);
    assertThat(leases.acquire(connection, "w", "n1", minute)).isTrue();
    assertThat(leases.acquire(connection, "w", "n2", minute)).isFalse();
    assertThat(leases.acquire(connection, "w", "n1", Duration.ofMillis(1))).isTrue();
    await().until(() -> leases.acquire(connection, "w", "n2", minute));
    assertThat(leases.acquire(connection, "w", "n1", minute)).isFalse();
    leases.release(connection, "w", "n1");
    assertThat(leases.acquire(connection, "w", "n1", minute)).isFalse();
    leases.release(connection, "w", "n2");
    assertThat(leases.acquire(connection, "w", "n1", minute)).isTrue();
  }

  @Test
  void theDatabaseTellsItsTime() throws Exception {
    assertThat(ledger.now()).isCloseTo(System.currentTimeMillis(), within(5_000L));
  }

  @Test
  void expiredRowsAreDeletedSomeAtATime() throws Exception {
    List<LedgerToken> many =
        IntStream.range(0, SqlDialect.DELETES + 10)
            .mapToObj(i -> token("t" + i, "u", "s"))
            .toList();
    ledger.tokens().insert(connection, many);
    assertThat(ledger.tokens().deleteExpired(connection, NOW + 301)).isEqualTo(SqlDialect.DELETES);
    assertThat(ledger.tokens().deleteExpired(connection, NOW + 301)).isEqualTo(10);
    assertThat(ledger.tokens().deleteExpired(connection, NOW + 301)).isZero();
  }

  @Test
  void aCauseOfAnyLengthIsWritten() throws Exception {
    Endings endings = new Endings("ADMIN_UPDATE_" + "X".repeat(300), NOW * 1000);
    ledger.endings().insertGuarded(connection, List.of(endings.client("r", "c")));
    assertThat(ledger.endings().all(connection))
        .singleElement()
        .satisfies(ending -> assertThat(ending.cause()).hasSize(128).startsWith("ADMIN_UPDATE_X"));
  }

  @Test
  void aSessionWithoutLiveTokensIsTold() throws Exception {
    ledger.tokens().insert(connection, List.of(token("a", "alice", "s1")));
    EndingTable endings = ledger.endings();
    assertThat(endings.hasLiveToken(connection, "s1", "realm", 2, NOW)).isTrue();
    assertThat(endings.hasLiveToken(connection, "s1", "realm", 2, NOW + 300)).isFalse();
    assertThat(endings.hasLiveToken(connection, "s1", "other", 2, NOW)).isFalse();
    assertThat(endings.hasLiveToken(connection, "s2", "realm", 2, NOW)).isFalse();
  }

  private List<LedgerToken> find(Ending ending) throws Exception {
    return ledger.tokens().candidates(connection, ending, null, NOW, 100).tokens();
  }

  private List<String> pending(String... epochs) throws Exception {
    return ledger.revoked().pending(connection, new TreeSet<>(Set.of(epochs)), NOW, 100).stream()
        .map(RevokedToken::jti)
        .toList();
  }

  private static List<RevokedToken> revoked(String... jtis) {
    return java.util.Arrays.stream(jtis).map(jti -> new RevokedToken(jti, NOW + 300)).toList();
  }

  /** R2: a range of any size fits into memory, and sessions of one second do too. */
  @Test
  void endedSessionsComeInPages() throws Exception {
    EndedSessions table = new EndedSessions("", 3);
    List<String> ids = List.of("a", "b", "c", "d", "e", "f", "g", "h");
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), REALM_ID VARCHAR(36),"
              + " OFFLINE_FLAG VARCHAR(4), CREATED_ON INT, LAST_SESSION_REFRESH INT,"
              + " REMEMBER_ME BOOLEAN, VERSION INT)");
      // Most are of one second; one is later, and three are no part of either range.
      for (String id : ids) {
        statement.execute(
            "INSERT INTO OFFLINE_USER_SESSION VALUES ('%s', 'r', '0', 50, %d, FALSE, 0)"
                .formatted(id, id.equals("a") ? 101 : 100));
      }
      statement.execute(
          "INSERT INTO OFFLINE_USER_SESSION VALUES ('x', 'r', '0', 50, 200, FALSE, 0),"
              + " ('y', 'r', '1', 50, 100, FALSE, 0), ('z', 'q', '0', 50, 100, FALSE, 0),"
              + " ('s', 'r', '0', 70, 300, FALSE, 1)");
      List<String> found = new ArrayList<>();
      List<SessionRange> rest =
          List.of(
              range(SessionRange.Moment.REFRESH, 90, 101, false),
              range(SessionRange.Moment.START, 60, 80, true));
      int pages = 0;
      while (!rest.isEmpty()) {
        List<SessionRange> next = new ArrayList<>();
        for (FoundSessions page : table.find(connection, rest)) {
          page.sessions().forEach(session -> found.add(session.id() + session.startedAt()));
          if (page.rest() != null) {
            next.add(page.rest());
          }
        }
        rest = next;
        pages++;
      }
      List<String> expected = new ArrayList<>();
      ids.forEach(id -> expected.add(id + SessionClock.ALL));
      expected.add("s70");
      assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
      assertThat(pages).isEqualTo(3);
    }
  }

  /**
   * R2: Keycloak 26.5 has added the column, and leaves the rows of earlier sessions as they are.
   */
  @Test
  void sessionsWithoutAMarkAreFound() throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), REALM_ID VARCHAR(36),"
              + " OFFLINE_FLAG VARCHAR(4), CREATED_ON INT, LAST_SESSION_REFRESH INT,"
              + " REMEMBER_ME BOOLEAN, VERSION INT, DATA TEXT)");
      statement.execute(
          """
          INSERT INTO OFFLINE_USER_SESSION VALUES
            ('offline-old', 'r', '1', 50, 100, NULL, 0, '{"rememberMe":true}'),
            ('offline', 'r', '1', 50, 100, FALSE, 0, '{"rememberMe":false}'),
            ('offline-mark', 'r', '1', 50, 100, TRUE, 0, '{"rememberMe":true}'),
            ('old', 'r', '0', 50, 100, NULL, 0, '{"notes":{},"rememberMe":false,"state":null}'),
            ('old-mark', 'r', '0', 50, 100, NULL, 0, '{"notes":{},"rememberMe":true,"state":null}'),
            ('online', 'r', '0', 50, 100, FALSE, 0, '{"rememberMe":false}'),
            ('mark', 'r', '0', 50, 100, TRUE, 0, '{"rememberMe":true}')\
          """);
    }
    EndedSessions table = new EndedSessions("");
    for (var expected :
        Map.of(
                SessionClock.Kind.UNMARKED_OFFLINE, "offline-old",
                SessionClock.Kind.OFFLINE, "offline",
                SessionClock.Kind.REMEMBERED_OFFLINE, "offline-mark",
                SessionClock.Kind.UNMARKED_ONLINE, "old",
                SessionClock.Kind.UNMARKED_REMEMBERED, "old-mark",
                SessionClock.Kind.ONLINE, "online",
                SessionClock.Kind.REMEMBERED, "mark")
            .entrySet()) {
      List<FoundSessions> found =
          table.find(
              connection, List.of(range(expected.getKey(), SessionRange.Moment.REFRESH, 90, 101)));
      assertThat(found.get(0).sessions())
          .extracting(EndedSession::id)
          .containsExactly(expected.getValue());
    }
  }

  /** R2: with the columns of Keycloak 26.8, of which 0 is what earlier sessions have. */
  @Test
  void sessionsAreFoundInTheBucketsOfTheNextKeycloak() throws Exception {
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), REALM_ID VARCHAR(36),"
              + " OFFLINE_FLAG VARCHAR(4), CREATED_ON INT, LAST_SESSION_REFRESH INT,"
              + " REMEMBER_ME BOOLEAN, VERSION INT, SESSION_BUCKET SMALLINT,"
              + " LAST_SESSION_REFRESH_COARSE BIGINT)");
      statement.execute(
          """
          INSERT INTO OFFLINE_USER_SESSION VALUES
            ('first', 'r', '0', 50, 100, FALSE, 0, 0, 95),
            ('last', 'r', '0', 50, 100, FALSE, 0, 63, 100),
            ('refreshed', 'r', '0', 50, 100, FALSE, 0, 7, 102),
            ('earlier', 'r', '0', 50, 100, FALSE, 0, 0, 0)\
          """);
    }
    EndedSessions table = new EndedSessions("");
    List<SessionRange> ranges =
        List.of(range(SessionClock.Kind.ONLINE, SessionRange.Moment.REFRESH, -1, 101));
    for (FoundSessions found :
        List.of(
            table.find(connection, ranges).get(0), table.findAlike(connection, ranges).get(0))) {
      assertThat(found.sessions())
          .extracting(EndedSession::id)
          .containsExactlyInAnyOrder("first", "last");
      assertThat(found.rest()).isNull();
    }
  }

  /** R2: a page has rows of both kinds, and the next one begins behind its last row. */
  @ParameterizedTest
  @EnumSource(names = {"UNMARKED_ONLINE", "UNMARKED_REMEMBERED"})
  void unmarkedSessionsAreFoundAmongThoseOfTheOtherKind(SessionClock.Kind kind) throws Exception {
    boolean remembered = kind.isRemembered();
    try (Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), REALM_ID VARCHAR(36),"
              + " OFFLINE_FLAG VARCHAR(4), CREATED_ON INT, LAST_SESSION_REFRESH INT,"
              + " REMEMBER_ME BOOLEAN, VERSION INT, DATA TEXT)");
      for (int i = 0; i < 10; i++) {
        statement.execute(
            "INSERT INTO OFFLINE_USER_SESSION VALUES ('s%d', 'r', '0', 50, 100, NULL, 0, '%s')"
                .formatted(i, "{\"rememberMe\":" + (i > 7 ? remembered : !remembered) + "}"));
      }
    }
    EndedSessions table = new EndedSessions("", 3);
    List<String> found = new ArrayList<>();
    SessionRange rest = range(kind, SessionRange.Moment.REFRESH, 90, 101);
    while (rest != null) {
      FoundSessions page = table.find(connection, List.of(rest)).get(0);
      page.sessions().forEach(session -> found.add(session.id()));
      rest = page.rest();
    }
    assertThat(found).containsExactly("s8", "s9");
  }

  private static SessionRange range(
      SessionRange.Moment moment, long from, long upTo, boolean restarted) {
    return new SessionRange(
        "r", SessionClock.Kind.ONLINE, moment, from, "", upTo, "TEST", restarted);
  }

  private static SessionRange range(
      SessionClock.Kind kind, SessionRange.Moment moment, long from, long upTo) {
    return new SessionRange("r", kind, moment, from, "", upTo, "TEST", false);
  }
}

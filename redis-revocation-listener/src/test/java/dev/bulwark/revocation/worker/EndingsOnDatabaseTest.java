package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.ledger.CountedStatements;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.revocation.verify.BisectingOracle;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;

/** R1, R7: passes of endings, with the SQL on H2 and a real Redis. */
class EndingsOnDatabaseTest {

  private static final long T = 2_000_000_000_000L;
  private static final long NOW = T / 1000;
  private static final int MANY = 500;

  private static RedisProcess redis;
  private static UnifiedJedis client;

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final List<CountedStatements> connections = new ArrayList<>();

  /** Jtis about which Keycloak was asked. */
  private final List<String> asked = new ArrayList<>();

  private final Set<String> undecided = new HashSet<>();
  private final Set<String> alive = new HashSet<>();

  /** Jtis that cannot be written down as revoked. */
  private final Set<String> bad = new HashSet<>();

  private long now = T;
  private TestDatabase database;
  private LedgerDatabase ledger;
  private PendingEndings passes;

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
    client = RedisClient.builder().hostAndPort(new HostAndPort("127.0.0.1", redis.port())).build();
  }

  @AfterAll
  static void end() {
    if (client != null) {
      client.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @BeforeEach
  void open() throws Exception {
    redis.flushAll();
    database = new TestDatabase();
    sql(
        "CREATE TABLE OFFLINE_USER_SESSION (USER_SESSION_ID VARCHAR(36), USER_ID VARCHAR(255),"
            + " REALM_ID VARCHAR(36), OFFLINE_FLAG VARCHAR(4))");
    ledger = new LedgerDatabase(this::connect, SqlDialect.H2, "");
    InstantSource time = () -> Instant.ofEpochMilli(now);
    Clock clock = time.withZone(ZoneOffset.UTC);
    RevocationMetrics metrics = new RevocationMetrics(registry, clock);
    TestRedis connection = new TestRedis(client, "");
    Revoker revoker =
        new Revoker(
            ledger,
            connection,
            new RevocationPusher(connection, clock, Duration.ZERO, new Spans()),
            new MissedPushes(connection),
            metrics,
            new Observer(),
            clock);
    EndingApplier applier =
        new EndingApplier(
            ledger, new BisectingOracle(this::dead, metrics, clock), revoker, true, clock);
    passes =
        new PendingEndings(
            ledger, applier::expand, applier::expandSet, () -> true, metrics, () -> nanos(now));
  }

  private Connection connect() throws SQLException {
    CountedStatements counted = new CountedStatements(database.open());
    connections.add(counted);
    return counted.connection();
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private final class Observer implements RevocationObserver {

    @Override
    public void revoking(Connection connection, Collection<String> jtis) throws SQLException {
      if (jtis.stream().anyMatch(bad::contains)) {
        throw new SQLException("cannot be written");
      }
    }

    @Override
    public void complete(Connection connection, long until, Map<String, Long> held) {}
  }

  private Set<LedgerToken> dead(Collection<LedgerToken> tokens) {
    tokens.forEach(token -> asked.add(token.jti()));
    if (tokens.stream().anyMatch(token -> undecided.contains(token.jti()))) {
      throw new IllegalStateException("The user store does not answer");
    }
    Set<LedgerToken> dead = new HashSet<>(tokens);
    dead.removeIf(token -> alive.contains(token.jti()));
    return dead;
  }

  private void sql(String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static LedgerToken token(String jti, SessionType type, String session) {
    return new LedgerToken(jti, type, "r", "u", "c", session, null, NOW - 60, NOW + 600);
  }

  private void issue(List<LedgerToken> tokens) throws SQLException {
    ledger.run(c -> ledger.tokens().insert(c, tokens));
  }

  /** Tokens of sessions {@code s0} and so on, with jtis like {@code s0-0}. */
  private void issue(int sessions, int each) throws SQLException {
    List<LedgerToken> tokens = new ArrayList<>();
    for (int session = 0; session < sessions; session++) {
      for (int i = 0; i < each; i++) {
        tokens.add(token("s" + session + "-" + i, SessionType.ONLINE, "s" + session));
      }
    }
    issue(tokens);
  }

  private void insert(List<Ending> endings) throws SQLException {
    ledger.run(c -> ledger.endings().insert(c, endings));
  }

  private static List<Ending> sessions(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Endings("TEST", T + i).session("r", "s" + i))
        .toList();
  }

  private Optional<Moment> round(long at) throws SQLException {
    now = at;
    return passes.round(at(at));
  }

  private static Moment at(long time) {
    return new Moment(nanos(time), time);
  }

  private static long nanos(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }

  /** How many statements a round takes. */
  private int statements(long at) throws SQLException {
    connections.clear();
    assertThat(round(at)).hasValue(at(at));
    return connections.stream().mapToInt(CountedStatements::executed).sum();
  }

  private List<Ending> left() throws SQLException {
    return ledger.call(c -> ledger.endings().all(c));
  }

  private static Set<String> keys() {
    try (Jedis jedis = redis.connect()) {
      return jedis.keys("revoked:*");
    }
  }

  private List<RevokedTable.Cause> causes() throws SQLException {
    return ledger.call(c -> ledger.revoked().byCause(c, "r", NOW));
  }

  private double counter(String name) {
    return registry.get("bulwark.revocation." + name).counters().stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  /** One by one it takes two to four for each of them. */
  @Test
  void aPassOfManyEndingsTakesAFewStatements() throws Exception {
    issue(MANY, 2);
    round(T - 1_000);
    insert(sessions(MANY));
    round(T);
    assertThat(statements(T + 500)).as("the pass that revokes").isLessThanOrEqualTo(10);
    assertThat(keys()).hasSize(2 * MANY);
    assertThat(counter("late")).isEqualTo(2 * MANY);
    assertThat(counter("revoked")).isEqualTo(2 * MANY);
    for (long age : new long[] {2_000, 5_000, 15_000}) {
      assertThat(statements(T + age)).as("a pass with nothing left").isLessThanOrEqualTo(5);
    }
    assertThat(statements(T + 60_000)).as("the last pass").isLessThanOrEqualTo(10);
    assertThat(left()).isEmpty();
    assertThat(asked).isEmpty();
  }

  /** R1: a token that comes between two passes is found by the next one. */
  @Test
  void aLatePassFindsTheTokenThatCameLate() throws Exception {
    round(T - 1_000);
    insert(sessions(MANY));
    round(T);
    round(T + 500);
    issue(List.of(token("late", SessionType.ONLINE, "s7")));
    round(T + 2_000);
    assertThat(keys()).containsExactly("revoked:late");
  }

  /** More than a page of tokens. */
  @Test
  void allTokensOfASetAreFound() throws Exception {
    issue(3, 2_500);
    round(T - 1_000);
    insert(sessions(3));
    round(T);
    assertThat(round(T + 500)).hasValue(at(T + 500));
    assertThat(keys()).hasSize(7_500);
  }

  @Test
  void eachTokenHasTheCauseOfItsFirstEnding() throws Exception {
    issue(3, 1);
    round(T - 1_000);
    insert(
        List.of(
            new Endings("FIRST", T).session("r", "s0"),
            new Endings("OTHER", T + 1).session("other", "s1"),
            new Endings("SECOND", T + 2).session("r", "s0"),
            new Endings("SECOND", T + 3).session("r", "s1"),
            new Endings("THIRD", T + 4).session("r", "s2")));
    round(T);
    assertThat(round(T + 500)).hasValue(at(T + 500));
    assertThat(causes())
        .extracting(RevokedTable.Cause::name)
        .containsExactlyInAnyOrder("FIRST", "SECOND", "THIRD");
  }

  /** Those that are alive stay, and cost the other endings no question. */
  @Test
  void keycloakIsAskedAboutDoubtfulTokensOnly() throws Exception {
    sql("INSERT INTO OFFLINE_USER_SESSION VALUES ('s1', 'u', 'r', '1'), ('s2', 'u', 'r', '0')");
    issue(MANY, 1);
    issue(
        List.of(
            token("offline", SessionType.OFFLINE, "s1"),
            token("unknown", SessionType.UNKNOWN, "s3")));
    alive.addAll(List.of("offline", "s2-0"));
    round(T - 1_000);
    insert(sessions(MANY));
    round(T);
    assertThat(round(T + 500)).hasValue(at(T + 500));
    assertThat(asked).containsExactlyInAnyOrder("offline", "s2-0", "unknown");
    assertThat(keys())
        .hasSize(MANY)
        .contains("revoked:unknown", "revoked:s1-0")
        .doesNotContain("revoked:offline", "revoked:s2-0");
    assertThat(counter("late")).isEqualTo(MANY);
  }

  @Test
  void anEndingThatKeycloakCannotJudgeStaysAndHoldsUpNoOther() throws Exception {
    issue(MANY, 1);
    issue(List.of(token("unknown", SessionType.UNKNOWN, "s3")));
    undecided.add("unknown");
    List<Ending> endings = sessions(MANY);
    round(T - 1_000);
    insert(endings);
    round(T);
    for (long age : new long[] {500, 2_000, 5_000, 15_000, 60_000}) {
      assertThat(round(T + age)).hasValue(at(T + age));
      assertThat(passes.troubles())
          .isEqualTo(Map.of("r", new RealmTrouble(Long.MAX_VALUE, Set.of("unknown"))));
    }
    assertThat(keys()).hasSize(MANY);
    assertThat(left()).containsExactly(endings.get(3));
    undecided.clear();
    assertThat(round(T + 91_000)).hasValue(at(T + 91_000));
    assertThat(left()).isEmpty();
    assertThat(keys()).hasSize(MANY + 1);
  }

  /** One that fails every time must neither keep the others from Redis nor slow them down. */
  @Test
  void anEndingThatFailsHoldsUpNoOtherOfItsSet() throws Exception {
    issue(MANY, 1);
    bad.add("s3-0");
    List<Ending> endings = sessions(MANY);
    round(T - 1_000);
    insert(endings);
    round(T);
    assertThat(round(T + 500)).hasValue(at(T + 500));
    assertThat(passes.troubles())
        .as("complete without the ending")
        .isEqualTo(Map.of("r", new RealmTrouble(T - 1_000, Set.of())));
    assertThat(ledger.<Set<String>>call(c -> ledger.revoked().among(c, jtis())))
        .hasSize(MANY - 1)
        .doesNotContain("s3-0");
    assertThat(keys()).as("the push comes first").hasSize(MANY);
    connections.clear();
    assertThat(round(T + 2_000)).hasValue(at(T + 2_000));
    assertThat(connections.stream().mapToInt(CountedStatements::executed).sum())
        .as("two sets and one ending")
        .isLessThanOrEqualTo(10);
    for (long age : new long[] {5_000, 15_000, 60_000}) {
      assertThat(round(T + age)).hasValue(at(T + age));
    }
    assertThat(left()).containsExactly(endings.get(3));
    bad.clear();
    assertThat(round(T + 91_000)).hasValue(at(T + 91_000));
    assertThat(left()).isEmpty();
    assertThat(causes()).extracting(RevokedTable.Cause::tokens).containsExactly((long) MANY);
  }

  private static List<String> jtis() {
    return IntStream.range(0, MANY).mapToObj(i -> "s" + i + "-0").toList();
  }

  @Test
  void revokedJtisTakeAFewStatementsToo() throws Exception {
    round(T - 1_000);
    List<Ending> endings = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      // The first two have expired: one by then, one before.
      long expiresAt = i == 0 ? NOW : i == 1 ? NOW - 9 : NOW + 600;
      endings.add(new Endings("TEST", T + i).token("r", "j" + i, expiresAt));
    }
    endings.add(new Endings("AGAIN", T + MANY).token("r", "j2", NOW + 600));
    insert(endings.subList(2, MANY + 1));
    insert(endings.subList(0, 2));
    ledger.run(
        c ->
            ledger
                .revoked()
                .insert(c, List.of(new RevokedToken("j3", NOW + 600)), any -> "-", "BEFORE", T));
    round(T);
    assertThat(statements(T + 500)).isLessThanOrEqualTo(10);
    assertThat(keys())
        .hasSize(MANY - 3)
        .doesNotContain("revoked:j0", "revoked:j1", "revoked:j3")
        .contains("revoked:j2", "revoked:j499");
    assertThat(counter("late")).isEqualTo(MANY - 3);
    for (long age : new long[] {2_000, 5_000, 15_000, 60_000}) {
      assertThat(statements(T + age)).isLessThanOrEqualTo(10);
    }
    assertThat(left()).isEmpty();
  }
}

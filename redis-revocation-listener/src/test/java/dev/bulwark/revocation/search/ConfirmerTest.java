package dev.bulwark.revocation.search;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.redis.process.TestRedis;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Epochs;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.sql.SqlDialect;
import dev.bulwark.revocation.verify.BisectingOracle;
import dev.bulwark.trace.Spans;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
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

/** R10: true means that a real Redis has it, whatever the commit came to; else false in time. */
class ConfirmerTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static RedisProcess redis;
  private static UnifiedJedis client;

  private final Clock clock = Clock.systemUTC();
  private final long now = clock.millis() / 1000;

  /** Tokens whose state the oracle does not know. */
  private final Set<String> undecided = new HashSet<>();

  /** Tokens that live on. */
  private final Set<String> alive = new HashSet<>();

  private TestDatabase database;
  private boolean away;
  private int failures;
  private LedgerDatabase ledger;
  private BooleanSupplier settled = () -> true;
  private Executor executor = Runnable::run;

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
    ledger =
        new LedgerDatabase(
            () -> {
              if (away || failures-- > 0) {
                throw new SQLException("away");
              }
              return database.open();
            },
            SqlDialect.H2,
            "");
  }

  @AfterEach
  void close() throws Exception {
    redis.configure("maxmemory", "0");
    database.close();
  }

  private boolean confirm(Duration limit) {
    TestRedis connection = new TestRedis(client, "");
    RevocationMetrics metrics = new RevocationMetrics(new SimpleMeterRegistry(), clock);
    RevocationPusher pusher = new RevocationPusher(connection, clock, Duration.ZERO, new Spans());
    Revoker revoker =
        new Revoker(
            ledger,
            connection,
            pusher,
            new MissedPushes(connection),
            metrics,
            RevocationObserver.NONE,
            clock);
    EndingApplier expander =
        new EndingApplier(
            ledger, new BisectingOracle(this::dead, metrics, clock), revoker, true, clock);
    return new Confirmer(
            ledger,
            connection,
            settled,
            (realmId, userId, tokens) -> tokens.forEach(token -> alive.remove(token.jti())),
            expander,
            pusher,
            clock,
            executor)
        .confirm("r", "u", limit);
  }

  private Set<LedgerToken> dead(Collection<LedgerToken> tokens) {
    if (tokens.stream().anyMatch(token -> undecided.contains(token.jti()))) {
      throw new IllegalStateException("The user store does not answer");
    }
    Set<LedgerToken> dead = new HashSet<>(tokens);
    dead.removeIf(token -> alive.contains(token.jti()));
    return dead;
  }

  private void issue(String user, int count) throws SQLException {
    write(
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    new LedgerToken(
                        user + i, SessionType.ONLINE, "r", user, "c", "s", null, now, now + 600))
            .toList());
  }

  private void issueForKey(String user, int count) throws SQLException {
    write(
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    new LedgerToken(
                        user + "-key" + i,
                        SessionType.TRANSIENT,
                        "r",
                        user,
                        "c",
                        null,
                        "k",
                        now,
                        now + 600))
            .toList());
  }

  private void write(List<LedgerToken> tokens) throws SQLException {
    ledger.run(connection -> ledger.tokens().insert(connection, tokens));
  }

  /** Their rows in the ledger are gone, as the reconciler does with those of revoked tokens. */
  private void revokeWithoutRedis(int count) throws SQLException {
    List<RevokedToken> tokens =
        IntStream.range(0, count).mapToObj(i -> new RevokedToken("old" + i, now + 600)).toList();
    ledger.run(
        connection ->
            ledger
                .revoked()
                .insert(connection, tokens, any -> RevokedTable.NOT_PUSHED, "TEST", now * 1000));
  }

  private static int keys(String of) {
    try (Jedis jedis = redis.connect()) {
      return jedis.keys("revoked:" + of + "*").size();
    }
  }

  @Test
  void everyTokenOfTheUserIsInRedis() throws Exception {
    issue("u", 2_500);
    issue("other", 10);
    alive.add("u7");
    assertThat(confirm(LIMIT)).isTrue();
    assertThat(keys("u")).isEqualTo(2_499);
    assertThat(client.exists("revoked:u7")).isFalse();
    assertThat(keys("other")).isZero();
  }

  /** Keycloak accepts those of the second of the not-before. */
  @Test
  void tokensWithoutASessionEndByTheConfirmation() throws Exception {
    issue("u", 2);
    issueForKey("u", 1_500);
    issueForKey("other", 1);
    alive.addAll(List.of("u1", "u-key0", "u-key1499", "other-key0"));
    assertThat(confirm(LIMIT)).isTrue();
    assertThat(alive).containsExactlyInAnyOrder("u1", "other-key0");
    assertThat(keys("u-key")).isEqualTo(1_500);
    assertThat(keys("other")).isZero();
  }

  /** They end in Keycloak, and the keys follow. */
  @Test
  void theyEndWithoutAllRowsAndWithoutRedisToo() throws Exception {
    issueForKey("u", 1);
    alive.add("u-key0");
    settled = () -> false;
    assertThat(confirm(LIMIT)).isFalse();
    assertThat(alive).isEmpty();

    settled = () -> true;
    issueForKey("u", 2);
    alive.add("u-key1");
    redis.configure("maxmemory", "1");
    assertThat(confirm(LIMIT)).isFalse();
    assertThat(alive).isEmpty();
  }

  @Test
  void aSecondCallGetsToRedisWhatTheFirstDidNot() throws Exception {
    issue("u", 20);
    redis.configure("maxmemory", "1");
    assertThat(confirm(LIMIT)).as("Redis takes no key").isFalse();
    assertThat(keys("u")).isZero();
    redis.configure("maxmemory", "0");
    assertThat(confirm(LIMIT)).isTrue();
    assertThat(keys("u")).isEqualTo(20);
  }

  @Test
  void tokensWithoutARowInTheLedgerAreInRedisToo() throws Exception {
    revokeWithoutRedis(100);
    assertThat(confirm(LIMIT)).isTrue();
    assertThat(keys("old")).isEqualTo(100);
  }

  @Test
  void anEmptiedRedisIsFilledAgain() throws Exception {
    RevocationMetrics metrics = new RevocationMetrics(new SimpleMeterRegistry(), clock);
    new Epochs(new TestRedis(client, ""), metrics, clock).check();
    issue("u", 20);
    assertThat(confirm(LIMIT)).isTrue();
    redis.flushAll();
    assertThat(confirm(LIMIT)).isTrue();
    assertThat(keys("u")).isEqualTo(20);
  }

  /** That takes longer than a request may. */
  @Test
  void aLongBacklogIsNotWaitedFor() throws Exception {
    revokeWithoutRedis(Confirmer.MAX_PENDING + 1);
    assertThat(confirm(LIMIT)).isFalse();
  }

  @Test
  void aTokenThatKeycloakCannotJudgeIsNotSaidToBeThere() throws Exception {
    issue("u", 20);
    undecided.add("u3");
    assertThat(confirm(LIMIT)).isFalse();
    undecided.clear();
    assertThat(confirm(LIMIT)).isTrue();
    assertThat(keys("u")).isEqualTo(20);
  }

  /** A standby has taken over, and may lack rows. */
  @Test
  void withoutTheRowsNothingIsConfirmed() {
    settled = () -> false;
    assertThat(confirm(LIMIT)).isFalse();
  }

  /** The work that follows the commit may write the same rows. */
  @Test
  void aStatementThatFailsIsRepeated() throws Exception {
    issue("u", 20);
    failures = 2;
    assertThat(confirm(LIMIT)).isTrue();
    assertThat(keys("u")).isEqualTo(20);
  }

  @Test
  void withoutTheDatabaseNothingIsConfirmed() {
    away = true;
    assertThat(confirm(LIMIT)).isFalse();
  }

  @Test
  void nobodyWaitsForLongerThanTheLimit() {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    settled = answer::join;
    executor = task -> new Thread(task).start();
    long began = System.nanoTime();
    assertThat(confirm(Duration.ofMillis(100))).isFalse();
    assertThat(System.nanoTime() - began).isLessThan(TimeUnit.SECONDS.toNanos(20));
    answer.complete(true);
  }

  /** Mass work waits elsewhere, and so many calls at once are rejected. */
  @Test
  void aFullQueueConfirmsNothing() {
    executor =
        task -> {
          throw new RejectedExecutionException("full");
        };
    assertThat(confirm(LIMIT)).isFalse();
  }
}

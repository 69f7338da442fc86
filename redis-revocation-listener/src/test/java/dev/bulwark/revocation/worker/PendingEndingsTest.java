package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.search.Expansion;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** R1, R3, R12: rounds over the endings; what cannot be done holds up its realm alone. */
class PendingEndingsTest {

  private static final long T = 2_000_000_000_000L;

  /** What a pass of an ending of realm "sick" does. */
  enum Sickness {
    THROWS,
    SQL,
    UNDECIDED,
    NONE
  }

  private static final LedgerToken DOUBTFUL =
      new LedgerToken("jti", SessionType.ONLINE, "sick", "u", "c", "s", null, 0, T);

  private final List<String> passed = new ArrayList<>();
  private final List<String> tried = new ArrayList<>();

  /** Ids of endings that were laid together. */
  private final List<List<String>> sets = new ArrayList<>();

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private Ending sick = new Endings("TEST", T).realm("sick");
  private final Ending well = new Endings("TEST", T + 1).realm("well");
  private @Nullable Ending failing;
  private long now = T;
  private Sickness sickness = Sickness.NONE;
  private boolean rowsWritten = true;
  private TestDatabase database;
  private PendingEndings passes;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    InstantSource time = () -> Instant.ofEpochMilli(now);
    Clock clock = time.withZone(ZoneOffset.UTC);
    passes =
        new PendingEndings(
            database.ledger(),
            this::pass,
            this::setPass,
            () -> rowsWritten,
            new RevocationMetrics(registry, clock),
            () -> nanos(now));
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private Expansion pass(Ending ending) throws SQLException {
    if ((ending.equals(sick) || ending.equals(failing)) && sickness != Sickness.NONE) {
      return switch (sickness) {
        case THROWS -> throw new IllegalStateException("user store away");
        case SQL -> throw new SQLException("statement timeout");
        case UNDECIDED, NONE -> new Expansion(0, List.of(DOUBTFUL));
      };
    }
    passed.add(ending.id());
    return new Expansion(0, List.of());
  }

  /** Fails where the sick ending is in the set. */
  private List<Ending> setPass(List<Ending> endings, IntConsumer found) throws SQLException {
    sets.add(endings.stream().map(Ending::id).toList());
    if (endings.stream().anyMatch(ending -> "sick".equals(ending.realmId()))) {
      throw new SQLException("deadlock");
    }
    found.accept(2);
    return endings.stream().filter(ending -> ending.realmId() == null).toList();
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

  private List<Ending> left() throws SQLException {
    return database.ledger().call(c -> database.ledger().endings().all(c));
  }

  @ParameterizedTest
  @EnumSource(
      value = Sickness.class,
      names = {"NONE"},
      mode = EnumSource.Mode.EXCLUDE)
  void anEndingThatFailsHoldsUpNoOther(Sickness kind) throws Exception {
    assertThat(round(T - 1_000)).hasValue(at(T - 1_000));
    database.ledger().run(c -> database.ledger().endings().insert(c, List.of(sick, well)));
    sickness = kind;
    assertThat(round(T)).hasValue(at(T - 1_000));
    for (long age : new long[] {500, 2_000, 5_000, 15_000, 60_000}) {
      assertThat(round(T + age)).as("complete for realm well").hasValue(at(T + age));
      assertThat(passes.troubles()).isEqualTo(Map.of("sick", troubleOf(kind)));
    }
    assertThat(passed).hasSize(5).containsOnly(well.id());
    assertThat(left()).containsExactly(sick);

    sickness = Sickness.NONE;
    assertThat(round(T + 91_000)).hasValue(at(T + 91_000));
    assertThat(passes.troubles()).isEmpty();
    assertThat(passed).hasSize(6).endsWith(sick.id());
    assertThat(left()).isEmpty();
  }

  /** A doubt concerns its token; what failed can concern every token of its realm. */
  private static RealmTrouble troubleOf(Sickness kind) {
    return kind == Sickness.UNDECIDED
        ? new RealmTrouble(Long.MAX_VALUE, Set.of("jti"))
        : new RealmTrouble(T - 1_000, Set.of());
  }

  /** A standby has taken over: the token of a logout is found when its row is there again. */
  @Test
  void anEndingStaysUntilAPassHadAllRows() throws Exception {
    assertThat(round(T - 1_000)).hasValue(at(T - 1_000));
    database.ledger().run(c -> database.ledger().endings().insert(c, List.of(well)));
    rowsWritten = false;
    for (long age : new long[] {0, 500, 2_000, 5_000, 15_000, 60_000, 300_000}) {
      assertThat(round(T + age)).hasValue(at(T - 1_000));
    }
    assertThat(passed).hasSize(5);
    assertThat(left()).containsExactly(well);

    rowsWritten = true;
    assertThat(round(T + 301_000)).hasValue(at(T + 301_000));
    assertThat(passed).hasSize(6);
    assertThat(left()).isEmpty();
  }

  @Test
  void anEndingWhoseRowCameBackIsDeletedAllTheSame() throws Exception {
    database.ledger().run(c -> database.ledger().endings().insert(c, List.of(well)));
    assertThat(round(T)).isEmpty();
    assertThat(round(T + 60_000)).hasValue(at(T + 60_000));
    assertThat(left()).isEmpty();
    // As after a delete that failed.
    database.ledger().run(c -> database.ledger().endings().insert(c, List.of(well)));
    round(T + 61_000);
    assertThat(left()).isEmpty();
    assertThat(passed).hasSize(1);
  }

  /** R2: what waits for Redis waits for the end of the round. */
  @Test
  void aRoundEndsWhenFailuresTakeTooLong() throws Exception {
    List<Ending> users =
        IntStream.range(0, 5)
            .mapToObj(i -> new Endings("TEST", T + i).user("sick", "u" + i))
            .toList();
    Ending last = new Endings("TEST", T + 9).realm("well");
    passes = passesThatTake(6_000);
    round(T - 1_000);
    insert(users.toArray(new Ending[0]));
    insert(last);
    round(T);
    assertThat(tried(T + 500)).as("12 s").isEqualTo(ids(users.get(0), users.get(1)));
    assertThat(tried(T + 20_000))
        .as("those that have failed come last")
        .isEqualTo(ids(users.get(2), users.get(3)));
    assertThat(tried(T + 40_000)).isEqualTo(ids(users.get(4), last, users.get(0)));
    assertThat(tried(T + 60_000)).isEqualTo(ids(last, users.get(1), users.get(2)));
    assertThat(left()).isEqualTo(users);
  }

  private static List<String> ids(Ending... endings) {
    return Stream.of(endings).map(Ending::id).toList();
  }

  private List<String> tried(long at) throws SQLException {
    tried.clear();
    assertThat(round(at)).isPresent();
    return tried;
  }

  /** Endings of realm "sick" fail after some time; all others take none. */
  private PendingEndings passesThatTake(long millis) {
    return new PendingEndings(
        database.ledger(),
        ending -> {
          tried.add(ending.id());
          if (!"sick".equals(ending.realmId())) {
            return new Expansion(0, List.of());
          }
          now += millis;
          return new Expansion(0, List.of(DOUBTFUL));
        },
        this::setPass,
        () -> true,
        new RevocationMetrics(new SimpleMeterRegistry(), Clock.systemUTC()),
        () -> nanos(now));
  }

  private void sql(String sql) throws SQLException {
    try (Connection connection = database.open();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** R1: in a rolling upgrade, or after the way back. Before, no ending was applied any more. */
  @Test
  void aRowOfAKindThatIsNotKnownHoldsUpNothingButTheWatermark() throws Exception {
    assertThat(round(T - 1_000)).hasValue(at(T - 1_000));
    insert(well);
    sql(
        "INSERT INTO BULWARK_REVOCATION_SCOPE (ID, KIND, REALM_ID, EXPIRES_AT, KILLS,"
            + " ISSUED_BEFORE, VERIFIES, CAUSE, CREATED_AT)"
            + " VALUES ('later', 'DEVICE', 'r', 0, ',', 0, ',', 'T', 1)");
    assertThat(round(T)).isEmpty();
    for (long age : new long[] {500, 2_000, 5_000, 15_000, 60_000}) {
      assertThat(round(T + age)).isEmpty();
    }
    assertThat(passed).hasSize(5).containsOnly(well.id());
    Set<String> left = database.ledger().call(c -> database.ledger().endings().ids(c));
    assertThat(left).as("it is left to the nodes that know it").containsExactly("later");

    sql("DELETE FROM BULWARK_REVOCATION_SCOPE");
    assertThat(round(T + 61_000)).hasValue(at(T + 61_000));
  }

  private void insert(Ending... endings) throws SQLException {
    database.ledger().run(c -> database.ledger().endings().insert(c, List.of(endings)));
  }

  @Test
  void endingsOfSessionsAreLaidTogether() throws Exception {
    Endings endings = new Endings("TEST", T);
    Ending one = endings.session("r", "s1");
    Ending two = new Endings("TEST", T + 1).session("r", "s2");
    Ending alone = new Endings("TEST", T + 2).user("r", "u");
    Ending later = new Endings("TEST", T + 3).session("r", "s3");
    round(T - 1_000);
    insert(later, two, alone, one);
    round(T);
    assertThat(round(T + 500)).hasValue(at(T + 500));
    assertThat(sets).containsExactly(List.of(one.id(), two.id()));
    assertThat(passed).containsExactly(alone.id(), later.id());
    assertThat(registry.get("bulwark.revocation.late").counter().count()).isEqualTo(2);
    for (long age : new long[] {2_000, 5_000, 15_000, 60_000}) {
      round(T + age);
    }
    assertThat(sets).hasSize(5);
    assertThat(passed).hasSize(10);
    assertThat(left()).isEmpty();
  }

  /** What a set leaves counts when it has been laid by itself. */
  @Test
  void whatASetLeavesIsLaidAlone() throws Exception {
    Ending one = new Endings("TEST", T).token(null, "j1", T);
    Ending two = new Endings("TEST", T + 1).token("r", "j2", T);
    round(T - 1_000);
    insert(one, two);
    round(T);
    assertThat(round(T + 500)).hasValue(at(T + 500));
    assertThat(sets).containsExactly(List.of(one.id(), two.id()));
    assertThat(passed).containsExactly(one.id());
  }

  /** R7: one bad ending must not make each round lay all of them one by one. */
  @ParameterizedTest
  @EnumSource(
      value = Sickness.class,
      names = {"NONE"},
      mode = EnumSource.Mode.EXCLUDE)
  void anEndingThatSpoilsItsSetHoldsUpNoOther(Sickness kind) throws Exception {
    sick = new Endings("TEST", T).session("sick", "s");
    Ending one = new Endings("TEST", T + 1).session("r", "s1");
    Ending two = new Endings("TEST", T + 2).session("r", "s2");
    sickness = kind;
    round(T - 1_000);
    insert(sick, one, two);
    round(T);
    assertThat(round(T + 500)).hasValue(at(T + 500));
    assertThat(sets).hasSize(1);
    assertThat(passed).as("each by itself").containsExactly(one.id(), two.id());

    passed.clear();
    for (long age : new long[] {2_000, 5_000, 15_000, 60_000}) {
      assertThat(round(T + age)).hasValue(at(T + age));
    }
    assertThat(sets.subList(1, 5)).containsOnly(List.of(one.id(), two.id()));
    assertThat(passed).isEmpty();
    assertThat(left()).containsExactly(sick);

    sickness = Sickness.NONE;
    assertThat(round(T + 91_000)).hasValue(at(T + 91_000));
    assertThat(left()).isEmpty();
  }

  /** As after a failure of the database in the middle of a round. */
  @Test
  void endingsThatAllFailAreASetTheNextTime() throws Exception {
    sick = new Endings("TEST", T).session("sick", "s");
    sickness = Sickness.SQL;
    Ending other = new Endings("TEST", T + 1).session("sick", "s2");
    failing = other;
    round(T - 1_000);
    insert(sick, other);
    round(T);
    assertThat(round(T + 500)).hasValue(at(T + 500));
    assertThat(round(T + 600)).hasValue(at(T + 600));
    assertThat(passes.troubles()).isEqualTo(Map.of("sick", new RealmTrouble(T - 1_000, Set.of())));
    assertThat(sets).hasSize(2).containsOnly(List.of(sick.id(), other.id()));
  }
}

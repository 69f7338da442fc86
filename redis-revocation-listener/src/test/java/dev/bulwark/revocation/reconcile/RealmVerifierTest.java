package dev.bulwark.revocation.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.ledger.TestDatabase;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.search.EndingApplier;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RealmVerifierTest {

  private static final long T = 2_000_000_000_000L;
  private static final long PAGE_TAKES = 100;
  private static final long LAST = 60_000;

  /** Pages done, as realm and number of page. */
  private final List<String> pages = new ArrayList<>();

  private final List<Set<SessionType>> verified = new ArrayList<>();
  private final Ending doubt = new Endings("TEST", T).verifyRealm("r", SessionType.ALL);
  private long now = T;

  /** How far the clock was set. */
  private long jump;

  private int pagesOfRealm = 3;
  private int undecided;
  private TestDatabase database;
  private RealmVerifier passes;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    InstantSource time = () -> Instant.ofEpochMilli(now + jump);
    passes =
        new RealmVerifier(database.ledger(), this::page, time.withZone(ZoneOffset.UTC), () -> now);
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  private EndingApplier.Page page(Ending ending, @Nullable LedgerToken after, int size) {
    int number = after == null ? 1 : Integer.parseInt(after.jti()) + 1;
    pages.add(ending.realmId() + number);
    verified.add(ending.effect().verifies());
    now += PAGE_TAKES;
    return new EndingApplier.Page(
        0,
        Collections.nCopies(undecided, token(number)),
        number < pagesOfRealm ? token(number) : null);
  }

  private static LedgerToken token(int number) {
    return new LedgerToken(
        Integer.toString(number), SessionType.ONLINE, "r", "u", "c", "s", null, 1, 2);
  }

  private void insert(Ending... endings) throws SQLException {
    database.ledger().run(c -> database.ledger().endings().insert(c, List.of(endings)));
  }

  private List<Ending> left() throws SQLException {
    return database.ledger().call(c -> database.ledger().endings().all(c));
  }

  private void round(long at, long budget) throws SQLException {
    now = at;
    passes.round(at + jump + budget);
  }

  @Test
  void aWalkGoesOnWhereItsTimeEnded() throws Exception {
    insert(doubt);
    round(T, 2 * PAGE_TAKES);
    assertThat(pages).containsExactly("r1", "r2");
    round(T + 1_000, 2 * PAGE_TAKES);
    assertThat(pages).containsExactly("r1", "r2", "r3");
    assertThat(left()).containsExactly(doubt);
  }

  /** The last walk is for a request that stalled between its session's end and its token's row. */
  @Test
  void itIsWalkedThreeTimesAndThenForgotten() throws Exception {
    insert(doubt);
    round(T, 1_000);
    round(T + 1_000, 1_000);
    assertThat(pages).hasSize(3);
    round(T + RealmVerifier.MIN_WALK_INTERVAL, 1_000);
    assertThat(pages).hasSize(6);
    round(T + 59_000, 1_000);
    assertThat(pages).hasSize(6);
    assertThat(left()).containsExactly(doubt);
    round(T + LAST, 1_000);
    assertThat(pages).hasSize(9);
    assertThat(left()).isEmpty();
    round(T + 2 * LAST, 1_000);
    assertThat(pages).hasSize(9);
  }

  /** It would be over after its first walk, or get its last one in an hour. */
  @ParameterizedTest
  @ValueSource(longs = {3_600_000, -3_600_000})
  void aClockThatIsSetSkipsNoWalkAndPutsNoneOff(long change) throws Exception {
    insert(doubt);
    round(T, 1_000);
    jump = change;
    round(T + RealmVerifier.MIN_WALK_INTERVAL, 1_000);
    assertThat(pages).hasSize(6);
    assertThat(left()).containsExactly(doubt);
    round(T + LAST, 1_000);
    assertThat(pages).hasSize(9);
    assertThat(left()).isEmpty();
  }

  @Test
  void aTokenThatCannotBeJudgedKeepsTheDoubt() throws Exception {
    insert(doubt);
    undecided = 1;
    round(T, 1_000);
    round(T + LAST, 1_000);
    assertThat(left()).containsExactly(doubt);
    undecided = 0;
    round(T + LAST + 1_000, 1_000);
    assertThat(pages).as("not without pause").hasSize(6);
    round(T + LAST + RealmVerifier.MIN_WALK_INTERVAL, 1_000);
    assertThat(left()).isEmpty();
  }

  @Test
  void manyDoubtsAboutARealmAreOneWalk() throws Exception {
    for (int i = 0; i < 50; i++) {
      insert(new Endings("GROUP", T + i).verifyRealm("r", SessionType.OFFLINE_ACCESS_TYPES));
    }
    pagesOfRealm = 1;
    round(T, 1_000);
    assertThat(pages).containsExactly("r1");
    round(T + LAST, 1_000);
    assertThat(pages).hasSize(2);
    assertThat(left()).isEmpty();
    assertThat(verified).allMatch(SessionType.OFFLINE_ACCESS_TYPES::equals);
  }

  @Test
  void aDoubtThatComesDuringAWalkGetsOneOfItsOwn() throws Exception {
    Ending offline = new Endings("GROUP", T).verifyRealm("r", SessionType.OFFLINE_ACCESS_TYPES);
    insert(offline);
    round(T, PAGE_TAKES);
    insert(doubt);
    round(T + 1_000, 1_000);
    assertThat(pages).containsExactly("r1", "r2", "r3");
    round(T + 2_000, 1_000);
    assertThat(pages).hasSize(6);
    assertThat(verified.get(5)).isEqualTo(SessionType.ALL);
    round(T + 2_000 + LAST, 1_000);
    assertThat(left()).isEmpty();
  }

  @Test
  void otherEndingsAndOtherRealmsAreLeftAlone() throws Exception {
    Ending killing = new Endings("TEST", T).realm("r");
    Ending other = new Endings("TEST", T).verifyRealm("q", SessionType.ALL);
    insert(killing, other);
    pagesOfRealm = 1;
    round(T, 1_000);
    round(T + LAST, 1_000);
    assertThat(pages).containsExactly("q1", "q1");
    assertThat(left()).containsExactly(killing);
    assertThat(Objects.requireNonNull(left().get(0).realmId())).isEqualTo("r");
  }
}

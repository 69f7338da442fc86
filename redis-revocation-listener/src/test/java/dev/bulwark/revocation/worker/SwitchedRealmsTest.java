package dev.bulwark.revocation.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TestDatabase;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R12, B14: which realms have revocation, since when, and when a node may know that it is off. */
class SwitchedRealmsTest {

  private static final long T = 2_000_000_000_000L;
  private static final long NEVER = 253_370_764_800_000L;

  private long now = T;
  private final InstantSource time = () -> Instant.ofEpochMilli(now);
  private final Clock clock = time.withZone(ZoneOffset.UTC);
  private TestDatabase database;
  private LedgerDatabase ledger;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    ledger = database.ledger();
    sql("CREATE TABLE REALM (ID VARCHAR(36), NAME VARCHAR(255))");
    sql("CREATE TABLE REALM_EVENTS_LISTENERS (REALM_ID VARCHAR(36), VALUE VARCHAR(255))");
    sql("INSERT INTO REALM VALUES ('r', 'a realm'), ('other', 'another')");
    sql("INSERT INTO REALM_EVENTS_LISTENERS VALUES ('r', 'jboss-logging'), ('other', 'email')");
  }

  @AfterEach
  void close() throws Exception {
    database.close();
  }

  @Test
  void theFirstUseOfTheTablesSwitchesOnWhatListsTheListener() throws Exception {
    list("r");
    SwitchedRealms realms = begun(false);
    assertThat(realms.isOn("r", false)).isTrue();
    assertThat(realms.mayBeOn("other")).isFalse();
    assertThat(states(realms)).containsExactly(Map.entry("a realm", T + " -"));
  }

  @Test
  void everywhereNeedsNoListener() throws Exception {
    SwitchedRealms realms = begun(true);
    assertThat(states(realms)).hasSize(2);
    assertThat(realms.count()).isEqualTo(2);
  }

  /** Another node may still take the realm for one that is off. */
  @Test
  void aRealmThatIsSwitchedOnCountsWhenEveryNodeKnowsIt() throws Exception {
    SwitchedRealms leader = begun(false);
    SwitchedRealms other = begun(false);
    list("r");
    after(SwitchedRealms.MAX_AGE);
    leader.refresh();
    leader.switchOn();
    assertThat(leader.isOn("r", true)).isFalse();
    assertThat(leader.mayBeOn("r")).isTrue();
    long since = T + SwitchedRealms.MAX_AGE.toMillis() + 1 + SwitchedRealms.DELAY.toMillis();
    assertThat(states(leader)).containsExactly(Map.entry("a realm", since + " -"));

    // One that cannot read it for so long writes tokens down without knowing.
    after(SwitchedRealms.STALE);
    assertThat(other.mayBeOn("r")).isTrue();
    assertThat(now).isLessThan(since);
    after(Duration.ofMillis(since - now));
    assertThat(leader.isOn("r", false)).isTrue();
    other.refresh();
    assertThat(other.isOn("r", false)).isTrue();
  }

  @Test
  void aRealmThatIsSwitchedOffIsOffWhenApplicationsHaveBeenTold() throws Exception {
    list("r");
    SwitchedRealms realms = begun(false);
    unlist("r");
    after(SwitchedRealms.MAX_AGE);
    realms.refresh();
    assertThat(realms.isOn("r", true)).isFalse();
    assertThat(realms.mayBeOn("r")).isTrue();
    assertThat(states(realms)).containsExactly(Map.entry("a realm", NEVER + " -"));
    realms.switchOff(List.copyOf(realms.all()));
    assertThat(realms.mayBeOn("r")).isFalse();
    assertThat(states(realms)).isEmpty();
  }

  @Test
  void aRealmThatTheCopyDoesNotKnowMayBeOn() throws Exception {
    SwitchedRealms realms = begun(false);
    assertThat(realms.mayBeOn("new")).isTrue();
    assertThat(realms.isOn("new", true)).isTrue();
    assertThat(realms.isOn("new", false)).isFalse();
  }

  @Test
  void aRealmThatIsGoneIsForgotten() throws Exception {
    list("r");
    SwitchedRealms realms = begun(false);
    sql("DELETE FROM REALM WHERE ID = 'r'");
    unlist("r");
    ledger.run(ledger.switches()::forgetRemoved);
    sql("INSERT INTO REALM VALUES ('r', 'again')");
    after(SwitchedRealms.MAX_AGE);
    realms.refresh();
    assertThat(realms.mayBeOn("r")).isFalse();
    // The table has been used all the same.
    assertThat(begun(true).isOn("other", true)).isFalse();
  }

  private SwitchedRealms begun(boolean everywhere) throws Exception {
    SwitchedRealms realms =
        new SwitchedRealms(ledger, everywhere, clock, () -> Duration.ofMillis(now).toNanos());
    realms.begin();
    return realms;
  }

  private static Map<String, String> states(SwitchedRealms realms) {
    return new RealmStates().of(realms.all(), Map.of(), 0);
  }

  private void after(Duration time) {
    now += time.toMillis() + 1;
  }

  private void list(String realm) throws Exception {
    sql("INSERT INTO REALM_EVENTS_LISTENERS VALUES ('" + realm + "', 'redis-revocation')");
  }

  private void unlist(String realm) throws Exception {
    sql("DELETE FROM REALM_EVENTS_LISTENERS WHERE REALM_ID = '" + realm + "'");
  }

  private void sql(String statement) throws Exception {
    try (Connection connection = database.open();
        Statement made = connection.createStatement()) {
      made.execute(statement);
    }
  }
}

package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.ledger.PushState.Backlog;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** R11: what each site's Redis holds, against H2. */
class SiteTableTest {

  private static final long NOW = 2_000_000_000;
  private static final List<RevokedToken> TOKENS =
      List.of(new RevokedToken("b", NOW + 300), new RevokedToken("a", NOW + 300));

  private TestDatabase database;
  private LedgerDatabase ledger;
  private Connection connection;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    ledger = database.ledger();
    connection = database.open();
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
    database.close();
  }

  private List<String> pending(String site, String... epochs) throws Exception {
    return ledger
        .pushState(site)
        .pending(connection, new TreeSet<>(Set.of(epochs)), NOW, 100)
        .stream()
        .map(RevokedToken::jti)
        .sorted()
        .toList();
  }

  @Test
  void eachSiteHasAStateOfItsOwn() throws Exception {
    ledger.sites().insert(connection, "east", TOKENS, "e1", 1000);
    ledger.sites().insert(connection, "west", TOKENS, RevokedTable.NOT_PUSHED, 1000);
    ledger.sites().insert(connection, "west", TOKENS, "e1", 2000);
    ledger.revoked().insert(connection, TOKENS, RevokedTable.NOT_PUSHED, "TEST", 1000);

    assertThat(pending("east", "e1")).isEmpty();
    assertThat(pending("west", "e1")).containsExactly("a", "b");
    assertThat(pending("", "e1")).containsExactly("a", "b");
    assertThat(pending("east", "e2")).containsExactly("a", "b");
    assertThat(pending("east")).containsExactly("a", "b");
    PushState west = ledger.pushState("west");
    assertThat(west.backlog(connection, new TreeSet<>(Set.of("w1")), NOW))
        .isEqualTo(new Backlog(2, 1000));
    west.markPushed(connection, TOKENS, "w1");
    assertThat(pending("west", "w0", "w1", "w2")).isEmpty();
    assertThat(pending("east", "w1")).containsExactly("a", "b");
    assertThat(ledger.sites().deleteExpired(connection, NOW + 301)).isEqualTo(4);
  }

  @Test
  void aSiteThatIsNewLacksWhatWasRevokedBefore() throws Exception {
    ledger.revoked().insert(connection, TOKENS, "e", "TEST", 1000);
    ledger.sites().insert(connection, "east", TOKENS.subList(0, 1), "e1", 1000);
    assertThat(ledger.sites().missing(connection, "east", NOW, 10)).containsExactly(TOKENS.get(1));
    assertThat(ledger.sites().missing(connection, "west", NOW, 1)).hasSize(1);
    assertThat(ledger.sites().missing(connection, "east", NOW + 300, 10)).isEmpty();
    ledger.sites().see(connection, "west", 5);
    ledger.sites().see(connection, "west", 6);
    assertThat(ledger.sites().seen(connection)).isEqualTo(Map.of("west", 6L));
  }

  @Test
  void theLedgerBeginsAtItsFirstStart() throws Exception {
    assertThat(ledger.start().since(connection, 5_000)).isEqualTo(5_000);
    assertThat(ledger.start().since(connection, 9_000)).isEqualTo(5_000);
  }

  @Test
  void theLedgerOfAnEarlierVersionBeginsWithItsOldestToken() throws Exception {
    ledger
        .tokens()
        .insert(
            connection,
            List.of(
                new LedgerToken(
                    "a", SessionType.ONLINE, "r", "u", "c", "s", null, NOW - 60, NOW + 300)));
    assertThat(ledger.start().since(connection, NOW * 1000)).isEqualTo((NOW - 60) * 1000);
  }
}

package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.writer.GroupCommit;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

/** R1: no token is without a row, however its transaction ends. */
class IssuedTokensTest {

  private static final LedgerToken SETTLED = token("settled");
  private static final LedgerToken UNSETTLED = token("unsettled");

  private final List<LedgerToken> written = new ArrayList<>();
  private final List<LedgerToken> doubted = new ArrayList<>();
  private final List<LedgerToken> verified = new ArrayList<>();
  private boolean refuses;
  private final IssuedTokens tokens = new IssuedTokens(new Recorder());

  @Test
  void allHaveTheirRowsAfterTheCommit() throws Exception {
    issue();
    tokens.committed(true);
    assertThat(written).containsExactlyInAnyOrder(SETTLED, UNSETTLED);
    assertThat(doubted).isEmpty();
  }

  /** Keycloak may have answered with the token all the same. */
  @Test
  void allHaveTheirRowsAfterARollbackAndKeycloakIsAsked() throws Exception {
    issue();
    tokens.rolledBack(true);
    assertThat(written).containsExactlyInAnyOrder(SETTLED, UNSETTLED);
    assertThat(doubted).containsExactlyInAnyOrder(SETTLED, UNSETTLED);
  }

  /** Not before: Keycloak would not find the session of the token. */
  @Test
  void keycloakIsAskedAboutATokenThatItMayRejectWhenItsRowsAreWritten() throws Exception {
    issue();
    tokens.verify(UNSETTLED);
    tokens.verify(UNSETTLED);
    assertThat(verified).isEmpty();
    tokens.committed(true);
    assertThat(verified).containsExactly(UNSETTLED);
    assertThat(doubted).isEmpty();
  }

  @Test
  void aTokenWhoseRowIsRefusedDoesNotLeave() {
    refuses = true;
    issue();
    tokens.verify(UNSETTLED);
    assertThatThrownBy(() -> tokens.committed(true)).hasMessage("refused");
    assertThat(verified).isEmpty();
  }

  /** Others of the same request may have got theirs. */
  @Test
  void keycloakIsAskedAfterARollbackWhateverBecameOfTheRows() {
    refuses = true;
    issue();
    assertThatThrownBy(() -> tokens.rolledBack(true)).hasMessage("refused");
    assertThat(doubted).containsExactlyInAnyOrder(SETTLED, UNSETTLED);
  }

  @Test
  void aRequestWithoutTokensLeavesNothing() throws Exception {
    tokens.rolledBack(true);
    assertThat(written).isEmpty();
    assertThat(doubted).isEmpty();
    assertThat(verified).isEmpty();
  }

  private void issue() {
    tokens.add(SETTLED, true);
    tokens.add(SETTLED, true);
    tokens.add(UNSETTLED, false);
  }

  private static LedgerToken token(String jti) {
    return new LedgerToken(jti, SessionType.ONLINE, "r", "u", "c", "s", null, 1, 2);
  }

  private final class Recorder implements IssuedTokens.Ledger {

    private final GroupCommit<LedgerToken> commits =
        new GroupCommit<>(this::write, 10, Duration.ofSeconds(30));

    private void write(List<LedgerToken> rows) throws SQLException {
      if (refuses) {
        throw new SQLException("refused");
      }
      written.addAll(rows);
    }

    @Override
    public Ticket<LedgerToken> queueRow(LedgerToken token) {
      return commits.queue(token);
    }

    @Override
    public void awaitRows(Collection<Ticket<LedgerToken>> tickets, boolean onThisThread)
        throws Exception {
      for (Ticket<LedgerToken> ticket : tickets) {
        commits.await(ticket);
      }
    }

    @Override
    public void verifyRolledBack(Collection<LedgerToken> all) {
      doubted.addAll(all);
    }

    @Override
    public void verify(Collection<LedgerToken> all) {
      assertThat(written).containsAll(all);
      verified.addAll(all);
    }
  }
}

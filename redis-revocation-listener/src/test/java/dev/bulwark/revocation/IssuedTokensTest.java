package dev.bulwark.revocation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.revocation.issuance.IdBlock;
import dev.bulwark.revocation.issuance.Reservation;
import dev.bulwark.revocation.issuance.ReservedId;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.writer.GroupCommit;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.keycloak.representations.AccessToken;

/** R1: no token is without a row, however its transaction ends. */
class IssuedTokensTest {

  private static final LedgerToken SETTLED = token("settled");
  private static final LedgerToken UNSETTLED = token("unsettled");
  private static final LedgerToken RESERVED = token("reserved");
  private static final ReservedId ID =
      new ReservedId(
          new IdBlock(
              new Reservation("b", "me", "onrtac:", "00112233445566778899aabbccddeeff", 1, 1)),
          0);

  private final List<LedgerToken> written = new ArrayList<>();
  private final List<LedgerToken> doubted = new ArrayList<>();
  private final List<LedgerToken> verified = new ArrayList<>();
  private final IssuedTokens tokens = new IssuedTokens(new Recorder());

  @Test
  void allHaveTheirRowsAfterTheCommit() {
    issue();
    tokens.committed(true);
    assertThat(written).containsExactlyInAnyOrder(SETTLED, UNSETTLED, RESERVED);
    assertThat(doubted).isEmpty();
  }

  /** Keycloak may have answered with the token all the same. */
  @Test
  void allHaveTheirRowsAfterARollbackAndKeycloakIsAsked() {
    issue();
    tokens.rolledBack(true);
    assertThat(written).containsExactlyInAnyOrder(SETTLED, UNSETTLED, RESERVED);
    assertThat(doubted).containsExactlyInAnyOrder(SETTLED, UNSETTLED, RESERVED);
  }

  /** Not before: Keycloak would not find the session of the token. */
  @Test
  void keycloakIsAskedAboutATokenThatItMayRejectWhenItsRowsAreWritten() {
    issue();
    tokens.verify(RESERVED);
    tokens.verify(RESERVED);
    assertThat(verified).isEmpty();
    tokens.committed(true);
    assertThat(verified).containsExactly(RESERVED);
    assertThat(doubted).isEmpty();
  }

  @Test
  void aRequestWithoutTokensLeavesNothing() {
    tokens.rolledBack(true);
    assertThat(written).isEmpty();
    assertThat(doubted).isEmpty();
    assertThat(verified).isEmpty();
  }

  private void issue() {
    tokens.add(SETTLED, true);
    tokens.add(SETTLED, true);
    tokens.add(UNSETTLED, false);
    AccessToken token = new AccessToken();
    tokens.add(token, RESERVED, ID);
    assertThat(tokens.hasReserved(token)).isTrue();
    assertThat(tokens.hasReserved(new AccessToken())).isFalse();
  }

  private static LedgerToken token(String jti) {
    return new LedgerToken(jti, SessionType.ONLINE, "r", "u", "c", "s", null, 1, 2);
  }

  private final class Recorder implements IssuedTokens.Ledger {

    private final GroupCommit<LedgerToken> commits =
        new GroupCommit<>(written::addAll, 10, Duration.ofSeconds(30));

    @Override
    public Ticket<LedgerToken> announce(LedgerToken token) {
      return commits.announce(token);
    }

    @Override
    public void issued(Collection<Ticket<LedgerToken>> tickets, boolean onThisThread) {
      for (Ticket<LedgerToken> ticket : tickets) {
        try {
          commits.finish(ticket);
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }

    @Override
    public void issued(LedgerToken token, ReservedId id) {
      written.add(token);
    }

    @Override
    public void doubt(Collection<LedgerToken> all) {
      doubted.addAll(all);
    }

    @Override
    public void verify(Collection<LedgerToken> all) {
      assertThat(written).containsAll(all);
      verified.addAll(all);
    }
  }
}

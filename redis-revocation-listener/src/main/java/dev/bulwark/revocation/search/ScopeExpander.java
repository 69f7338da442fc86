package dev.bulwark.revocation.search;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.ScopeKind;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.rules.Verdict;
import dev.bulwark.revocation.verify.PatientOracle;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lays a scope over the ledger and revokes what it kills. Thread-safe. */
public final class ScopeExpander {

  private static final int PAGE = 5000;

  private final LedgerDatabase database;
  private final PatientOracle oracle;
  private final Revoker revoker;
  private final boolean onlineIsStored;
  private final Clock clock;

  /**
   * With its collaborators.
   *
   * @param onlineIsStored whether Keycloak writes online sessions to its database
   */
  public ScopeExpander(
      LedgerDatabase database,
      PatientOracle oracle,
      Revoker revoker,
      boolean onlineIsStored,
      Clock clock) {
    this.database = database;
    this.onlineIsStored = onlineIsStored;
    this.oracle = oracle;
    this.revoker = revoker;
    this.clock = clock;
  }

  /**
   * Revokes the tokens that a committed scope kills and that have not been revoked yet.
   *
   * <p>A token that Keycloak cannot judge keeps none of the others. A scope that is not in force
   * yet kills nothing.
   */
  public Expansion expand(RevocationScope scope) throws SQLException {
    if (!scope.isInForce(clock.millis())) {
      return Expansion.NOTHING;
    }
    return scope.kind() == ScopeKind.TOKEN ? expandToken(scope) : expandOverLedger(scope);
  }

  private Expansion expandToken(RevocationScope scope) throws SQLException {
    String jti = scope.jti();
    if (jti == null
        || scope.expiresAt() <= seconds()
        || database.call(connection -> database.revoked().contains(connection, jti))) {
      return Expansion.NOTHING;
    }
    revoker.revoke(List.of(new RevokedToken(jti, scope.expiresAt())), scope.cause());
    return new Expansion(1, 0);
  }

  private Expansion expandOverLedger(RevocationScope scope) throws SQLException {
    int found = 0;
    int undecided = 0;
    @Nullable LedgerToken last = null;
    do {
      Page page = expandPage(scope, last, PAGE);
      found += page.found();
      undecided += page.undecided();
      last = page.last();
    } while (last != null);
    return new Expansion(found, undecided);
  }

  /**
   * Does a page of a scope that is laid over the ledger.
   *
   * @param after the last token of the page before; null for the first
   * @param size number of tokens at most
   */
  public Page expandPage(RevocationScope scope, @Nullable LedgerToken after, int size)
      throws SQLException {
    List<LedgerToken> page =
        database.call(
            connection -> database.tokens().candidates(connection, scope, after, seconds(), size));
    List<RevokedToken> dead = new ArrayList<>();
    int undecided = judge(scope, page, dead);
    revoker.revoke(dead, scope.cause());
    return new Page(dead.size(), undecided, page.size() < size ? null : page.get(size - 1));
  }

  /**
   * What came of a page.
   *
   * @param found tokens revoked
   * @param undecided tokens that Keycloak could not judge
   * @param last its last token; null if there is no further page
   */
  public record Page(int found, int undecided, @Nullable LedgerToken last) {}

  /** Collects the dead, and says how many could not be judged. */
  private int judge(RevocationScope scope, List<LedgerToken> page, List<RevokedToken> dead)
      throws SQLException {
    List<LedgerToken> doubtful = new ArrayList<>();
    Set<SessionType> gone = page.isEmpty() ? Set.of() : goneTypes(scope);
    for (LedgerToken token : page) {
      Verdict verdict = scope.judge(token);
      if (verdict == Verdict.KILL || verdict == Verdict.VERIFY && gone.contains(token.type())) {
        dead.add(revoked(token));
      } else if (verdict == Verdict.VERIFY) {
        doubtful.add(token);
      }
    }
    PatientOracle.Answer answer = oracle.ask(doubtful);
    answer.dead().forEach(token -> dead.add(revoked(token)));
    return answer.undecided();
  }

  private Set<SessionType> goneTypes(RevocationScope scope) throws SQLException {
    String sessionId = scope.sessionId();
    return scope.kind() != ScopeKind.SESSION || sessionId == null
        ? Set.of()
        : database.call(c -> database.sessions().goneTypes(c, sessionId, onlineIsStored));
  }

  private static RevokedToken revoked(LedgerToken token) {
    return new RevokedToken(token.jti(), token.expiresAt());
  }

  private long seconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }
}

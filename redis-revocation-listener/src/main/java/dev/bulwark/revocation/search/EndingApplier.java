package dev.bulwark.revocation.search;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TokenTable;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.EndingKind;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.rules.Target;
import dev.bulwark.revocation.rules.Verdict;
import dev.bulwark.revocation.verify.BisectingOracle;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/** Lays an ending over the ledger and revokes what it kills. Thread-safe. */
public final class EndingApplier {

  /** The kinds of {@link #expandSet}: the state of their tokens is in the database. */
  public static final Set<EndingKind> IN_SETS =
      Set.copyOf(EnumSet.of(EndingKind.SESSION, EndingKind.TOKEN));

  private static final int PAGE = 5000;

  private final LedgerDatabase database;
  private final BisectingOracle oracle;
  private final Revoker revoker;
  private final boolean onlineIsStored;
  private final Clock clock;
  private final SetApplier sets;

  /**
   * With its collaborators.
   *
   * @param onlineIsStored whether Keycloak writes online sessions to its database
   */
  public EndingApplier(
      LedgerDatabase database,
      BisectingOracle oracle,
      Revoker revoker,
      boolean onlineIsStored,
      Clock clock) {
    this.database = database;
    this.onlineIsStored = onlineIsStored;
    this.oracle = oracle;
    this.revoker = revoker;
    this.clock = clock;
    this.sets = new SetApplier(database, revoker, onlineIsStored, clock);
  }

  /**
   * Revokes the tokens that a committed ending kills and that have not been revoked yet.
   *
   * <p>A token that Keycloak cannot judge keeps none of the others. An ending that is not in force
   * yet kills nothing.
   */
  public Expansion expand(Ending ending) throws SQLException {
    if (!ending.isInForce(clock.millis())) {
      return Expansion.NOTHING;
    }
    return ending.target() instanceof Target.Token token
        ? expandToken(token, ending.cause())
        : expandOverLedger(ending);
  }

  /**
   * Does the same for many endings in a few statements, as far as Keycloak need not be asked. A
   * token that several of them kill is revoked by the first.
   *
   * @param endings all of one kind, which is among {@link #IN_SETS}; some hundred
   * @param found is told how many tokens have been revoked, as soon as they have
   * @return those that need {@link #expand}, since Keycloak has to judge one of their tokens
   * @throws SQLException if not all of the others are done; all can be expanded again
   */
  public List<Ending> expandSet(List<Ending> endings, IntConsumer found) throws SQLException {
    return sets.apply(endings, found);
  }

  /**
   * Revokes those of some tokens that Keycloak rejects.
   *
   * @return how many of them Keycloak could not judge
   */
  public int verify(List<LedgerToken> tokens, String cause) throws SQLException {
    BisectingOracle.Answer answer = oracle.ask(tokens);
    revoker.revoke(answer.dead().stream().flatMap(LedgerToken::revoked).toList(), cause);
    return answer.undecided();
  }

  private Expansion expandToken(Target.Token token, String cause) throws SQLException {
    if (token.expiresAt() <= seconds()
        || database.call(connection -> database.revoked().contains(connection, token.jti()))) {
      return Expansion.NOTHING;
    }
    revoker.revoke(List.of(new RevokedToken(token.jti(), token.expiresAt())), cause);
    return new Expansion(1, List.of());
  }

  private Expansion expandOverLedger(Ending ending) throws SQLException {
    int found = 0;
    List<LedgerToken> inDoubt = new ArrayList<>();
    @Nullable LedgerToken last = null;
    do {
      Page page = expandPage(ending, last, PAGE);
      found += page.found();
      inDoubt.addAll(page.inDoubt());
      last = page.last();
    } while (last != null);
    return new Expansion(found, inDoubt);
  }

  /**
   * Does a page of an ending that is laid over the ledger.
   *
   * @param after the last token of the page before; null for the first
   * @param size number of tokens at most
   */
  public Page expandPage(Ending ending, @Nullable LedgerToken after, int size) throws SQLException {
    TokenTable.Page page =
        database.call(
            connection -> database.tokens().candidates(connection, ending, after, seconds(), size));
    List<RevokedToken> dead = new ArrayList<>();
    List<LedgerToken> inDoubt = judge(ending, page.tokens(), dead);
    revoker.revoke(dead, ending.cause());
    return new Page(dead.size(), inDoubt, page.last());
  }

  /**
   * What came of a page.
   *
   * @param found tokens revoked
   * @param inDoubt tokens that Keycloak could not judge
   * @param last its last token; null if there is no further page
   */
  public record Page(int found, List<LedgerToken> inDoubt, @Nullable LedgerToken last) {

    /** Returns how many tokens Keycloak could not judge. */
    public int undecided() {
      return inDoubt.size();
    }
  }

  /** Collects the dead, and returns those that could not be judged. */
  private List<LedgerToken> judge(Ending ending, List<LedgerToken> page, List<RevokedToken> dead)
      throws SQLException {
    List<LedgerToken> doubtful = new ArrayList<>();
    Set<SessionType> gone = page.isEmpty() ? Set.of() : goneTypes(ending);
    for (LedgerToken token : page) {
      Verdict verdict = ending.judge(token);
      if (verdict == Verdict.REVOKE || verdict == Verdict.VERIFY && gone.contains(token.type())) {
        token.revoked().forEach(dead::add);
      } else if (verdict == Verdict.VERIFY) {
        doubtful.add(token);
      }
    }
    BisectingOracle.Answer answer = oracle.ask(doubtful);
    answer.dead().stream().flatMap(LedgerToken::revoked).forEach(dead::add);
    return answer.inDoubt();
  }

  private Set<SessionType> goneTypes(Ending ending) throws SQLException {
    String sessionId = ending.sessionId();
    return sessionId == null
        ? Set.of()
        : database.call(c -> database.sessions().goneTypes(c, sessionId, onlineIsStored));
  }

  private long seconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }
}

package dev.bulwark.revocation.search;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.EndingKind;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.rules.Target;
import dev.bulwark.revocation.rules.Verdict;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntConsumer;

/**
 * Lays many endings over the ledger in a few statements: the leading node repeats each of them five
 * times, and nearly always there is nothing left to revoke. Does what {@link EndingApplier} does
 * with one ending after another. But it asks Keycloak nothing: what would have to wait for a user
 * store would hold up the others. Thread-safe.
 */
final class SetApplier {

  private static final int PAGE = 5_000;

  private final LedgerDatabase database;
  private final Revoker revoker;
  private final boolean onlineIsStored;
  private final Clock clock;

  SetApplier(LedgerDatabase database, Revoker revoker, boolean onlineIsStored, Clock clock) {
    this.database = database;
    this.revoker = revoker;
    this.onlineIsStored = onlineIsStored;
    this.clock = clock;
  }

  /** See {@link EndingApplier#expandSet}. */
  List<Ending> apply(List<Ending> endings, IntConsumer found) throws SQLException {
    Set<EndingKind> kinds = new HashSet<>();
    endings.forEach(ending -> kinds.add(ending.kind()));
    if (kinds.isEmpty()) {
      return List.of();
    }
    if (kinds.equals(Set.of(EndingKind.TOKEN))) {
      applyToTokens(endings, found);
      return List.of();
    }
    if (kinds.equals(Set.of(EndingKind.SESSION))) {
      return applyToSessions(endings, found);
    }
    throw new IllegalArgumentException("Endings of kinds " + kinds + " make no set.");
  }

  private void applyToTokens(List<Ending> endings, IntConsumer found) throws SQLException {
    long now = seconds();
    Map<String, Ending> live = new LinkedHashMap<>();
    List<RevokedToken> tokens = new ArrayList<>();
    for (Ending ending : endings) {
      if (ending.target() instanceof Target.Token token
          && token.expiresAt() > now
          && live.putIfAbsent(token.jti(), ending) == null) {
        tokens.add(new RevokedToken(token.jti(), token.expiresAt()));
      }
    }
    Set<String> known = database.call(c -> database.revoked().among(c, live.keySet()));
    Dead dead = new Dead();
    for (RevokedToken token : tokens) {
      if (!known.contains(token.jti())) {
        dead.add(Objects.requireNonNull(live.get(token.jti())), token);
      }
    }
    revoke(dead, found);
  }

  private List<Ending> applyToSessions(List<Ending> endings, IntConsumer found)
      throws SQLException {
    Map<String, List<Ending>> bySession = new LinkedHashMap<>();
    for (Ending ending : endings) {
      String id = Objects.requireNonNull(ending.sessionId());
      bySession.computeIfAbsent(id, absent -> new ArrayList<>()).add(ending);
    }
    List<String> ids = List.copyOf(bySession.keySet());
    Set<String> doubtful = new HashSet<>();
    String last = "";
    List<LedgerToken> page;
    do {
      String after = last;
      page =
          database.call(
              c -> database.tokens().candidatesOfSessions(c, ids, after, seconds(), PAGE));
      revoke(judge(page, bySession, doubtful), found);
      last = page.isEmpty() ? "" : page.get(page.size() - 1).jti();
    } while (page.size() == PAGE);
    return endings.stream().filter(ending -> doubtful.contains(ending.sessionId())).toList();
  }

  /**
   * Returns the dead.
   *
   * @param doubtful collects the sessions with a token that Keycloak has to judge. All their
   *     endings are laid again in their order, so each token gets the cause that it would get alone
   */
  private Dead judge(
      List<LedgerToken> page, Map<String, List<Ending>> endings, Set<String> doubtful)
      throws SQLException {
    Dead dead = new Dead();
    Map<String, Set<SessionType>> gone = goneTypes(page, endings.keySet());
    for (LedgerToken token : page) {
      String sessionId = token.sessionId();
      if (sessionId == null || !gone.containsKey(sessionId)) {
        // A session with the same hash as one of these.
        continue;
      }
      Set<SessionType> goneTypes = gone.getOrDefault(sessionId, Set.of());
      for (Ending ending : endings.getOrDefault(sessionId, List.of())) {
        Verdict verdict = ending.judge(token);
        if (verdict == Verdict.KEEP) {
          continue;
        }
        if (verdict == Verdict.REVOKE || goneTypes.contains(token.type())) {
          token.revoked().forEach(each -> dead.add(ending, each));
        } else {
          doubtful.add(sessionId);
        }
        break;
      }
    }
    return dead;
  }

  /** Asked after the tokens have been read: see {@code SessionTable}. */
  private Map<String, Set<SessionType>> goneTypes(List<LedgerToken> page, Set<String> sessions)
      throws SQLException {
    Set<String> ids = new HashSet<>();
    for (LedgerToken token : page) {
      String sessionId = token.sessionId();
      if (sessionId != null && sessions.contains(sessionId)) {
        ids.add(sessionId);
      }
    }
    return ids.isEmpty()
        ? Map.of()
        : database.call(c -> database.sessions().goneTypes(c, ids, onlineIsStored));
  }

  private void revoke(Dead dead, IntConsumer found) throws SQLException {
    for (Map.Entry<String, List<RevokedToken>> cause : dead.byCause.entrySet()) {
      revoker.revoke(cause.getValue(), cause.getKey());
      found.accept(cause.getValue().size());
    }
  }

  private long seconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }

  /** Dead tokens by the cause of the ending that killed them, the first cause first. */
  private static final class Dead {

    private final Map<String, List<RevokedToken>> byCause = new LinkedHashMap<>();

    void add(Ending ending, RevokedToken token) {
      byCause.computeIfAbsent(ending.cause(), cause -> new ArrayList<>()).add(token);
    }
  }
}

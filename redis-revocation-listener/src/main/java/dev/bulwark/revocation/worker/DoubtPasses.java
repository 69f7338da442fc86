package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.Scopes;
import dev.bulwark.revocation.rules.SessionType;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has Keycloak verify the tokens of realms in doubt: an event (an identity provider was removed,
 * say) ended some of them, and only Keycloak can tell which. Those can be hundreds of thousands, so
 * a realm is walked page by page, over many rounds if need be, once for all doubts about it. What
 * it finds is as late as any silent death; whoever waits for revocations does not wait for it.
 *
 * <p>Not thread-safe; called by the thread of the reconciler.
 */
public final class DoubtPasses {

  private static final Logger LOG = Logger.getLogger(DoubtPasses.class);

  /** Few enough that a page of sessions that are not in a cache takes a second at most. */
  static final int PAGE = 500;

  /** Shortest time between the beginnings of two walks of the same doubts, milliseconds. */
  static final long AGAIN = 5_000;

  /**
   * Ages at which a walk is due, by this node's clock, milliseconds: at once, when the caches of
   * the cluster have heard of the event, and for requests that stalled. After the last the doubt is
   * done with.
   */
  private static final long[] WALKS = {0, AGAIN, 60_000};

  /** Verifies a page. */
  @FunctionalInterface
  public interface Pass {

    /** As {@link ScopeExpander#expandPage}. */
    ScopeExpander.Page over(RevocationScope scope, @Nullable LedgerToken after, int size)
        throws SQLException;
  }

  private final LedgerDatabase database;
  private final Pass pass;
  private final Clock clock;

  /** When this node first saw each doubt. */
  private final Map<String, Long> firstSeen = new HashMap<>();

  /** How many of its walks each doubt has had. */
  private final Map<String, Integer> done = new HashMap<>();

  /** The walks under way, by realm. */
  private final Map<String, Walk> walks = new HashMap<>();

  /** When the last walk that came to its end began, by realm. */
  private final Map<String, Long> walked = new HashMap<>();

  /** With its collaborators. */
  public DoubtPasses(LedgerDatabase database, Pass pass, Clock clock) {
    this.database = database;
    this.pass = pass;
    this.clock = clock;
  }

  /**
   * One round.
   *
   * @param until when to stop, but for the page at hand; milliseconds since 1970
   */
  void round(long until) throws SQLException {
    Map<String, List<RevocationScope>> byRealm = new LinkedHashMap<>();
    long now = clock.millis();
    for (RevocationScope scope : database.call(c -> database.scopes().all(c))) {
      if (scope.isDoubt() && scope.realmId() != null) {
        byRealm.computeIfAbsent(scope.realmId(), r -> new ArrayList<>()).add(scope);
        firstSeen.putIfAbsent(scope.id(), now);
      }
    }
    Set<String> present = ids(byRealm.values());
    firstSeen.keySet().retainAll(present);
    done.keySet().retainAll(present);
    walks.keySet().retainAll(byRealm.keySet());
    walked.keySet().retainAll(byRealm.keySet());
    for (Map.Entry<String, List<RevocationScope>> doubted : byRealm.entrySet()) {
      try {
        walk(doubted.getKey(), doubted.getValue(), until);
      } catch (SQLException | RuntimeException e) {
        // The next round goes on with the same page; other realms do not wait for it.
        LOG.warnf(
            e, "Tokens of realm %s could not be verified; it is tried again", doubted.getKey());
      }
    }
  }

  private void walk(String realmId, List<RevocationScope> doubts, long until) throws SQLException {
    Walk walk = walks.get(realmId);
    if (walk == null) {
      if (!isDue(realmId, doubts)) {
        return;
      }
      walk = new Walk(union(realmId, doubts), clock.millis());
      walks.put(realmId, walk);
    }
    do {
      ScopeExpander.Page page = pass.over(walk.scope, walk.last, PAGE);
      walk.undecided += page.undecided();
      walk.last = page.last();
      if (walk.last == null) {
        walks.remove(realmId);
        walked.put(realmId, walk.began);
        finish(walk, doubts);
        return;
      }
    } while (clock.millis() < until);
  }

  private boolean isDue(String realmId, List<RevocationScope> doubts) {
    Long last = walked.get(realmId);
    long now = clock.millis();
    return last == null
        || doubts.stream().anyMatch(doubt -> seen(doubt) > last)
        || now >= last + AGAIN
            && doubts.stream().anyMatch(doubt -> walksDue(doubt, now) > walksDone(doubt));
  }

  private int walksDue(RevocationScope doubt, long at) {
    long age = at - seen(doubt);
    return (int) Arrays.stream(WALKS).filter(walk -> age >= walk).count();
  }

  private int walksDone(RevocationScope doubt) {
    return done.getOrDefault(doubt.id(), 0);
  }

  private void finish(Walk walk, List<RevocationScope> doubts) throws SQLException {
    if (walk.undecided > 0) {
      return;
    }
    List<RevocationScope> settled = new ArrayList<>();
    for (RevocationScope doubt : doubts) {
      if (walk.scope.verifies().containsAll(doubt.verifies()) && seen(doubt) <= walk.began) {
        done.put(doubt.id(), walksDue(doubt, walk.began));
        if (walksDone(doubt) == WALKS.length) {
          settled.add(doubt);
        }
      }
    }
    database.run(c -> database.scopes().delete(c, settled));
  }

  private long seen(RevocationScope doubt) {
    return firstSeen.getOrDefault(doubt.id(), Long.MAX_VALUE);
  }

  private static RevocationScope union(String realmId, List<RevocationScope> doubts) {
    Set<SessionType> verifies = EnumSet.noneOf(SessionType.class);
    doubts.forEach(doubt -> verifies.addAll(doubt.verifies()));
    RevocationScope first = doubts.get(0);
    return new Scopes(first.cause(), first.createdAt()).realmInDoubt(realmId, verifies);
  }

  private static Set<String> ids(Iterable<List<RevocationScope>> scopes) {
    Set<String> ids = new HashSet<>();
    scopes.forEach(some -> some.forEach(scope -> ids.add(scope.id())));
    return ids;
  }

  private static final class Walk {
    private final RevocationScope scope;
    private final long began;
    private @Nullable LedgerToken last;
    private int undecided;

    Walk(RevocationScope scope, long began) {
      this.scope = scope;
      this.began = began;
    }
  }
}

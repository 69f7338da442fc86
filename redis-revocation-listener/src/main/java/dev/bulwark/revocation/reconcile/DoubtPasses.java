package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.Scopes;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.search.ScopeExpander;
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

  /** The walks under way. */
  private final Map<Subject, Walk> walks = new HashMap<>();

  /** When the last walk that came to its end began. */
  private final Map<Subject, Long> walked = new HashMap<>();

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
    Map<Subject, List<RevocationScope>> bySubject = new LinkedHashMap<>();
    long now = clock.millis();
    for (RevocationScope scope : database.call(c -> database.scopes().all(c))) {
      if (scope.isDoubt() && scope.realmId() != null) {
        Subject subject = new Subject(scope.realmId(), scope.members());
        bySubject.computeIfAbsent(subject, r -> new ArrayList<>()).add(scope);
        firstSeen.putIfAbsent(scope.id(), now);
      }
    }
    Set<String> present = ids(bySubject.values());
    firstSeen.keySet().retainAll(present);
    done.keySet().retainAll(present);
    walks.keySet().retainAll(bySubject.keySet());
    walked.keySet().retainAll(bySubject.keySet());
    for (Map.Entry<Subject, List<RevocationScope>> doubted : bySubject.entrySet()) {
      try {
        walk(doubted.getKey(), doubted.getValue(), until);
      } catch (SQLException | RuntimeException e) {
        // The next round goes on with the same page; other realms do not wait for it.
        LOG.warnf(
            e,
            "Tokens of realm %s could not be verified; it is tried again",
            doubted.getKey().realmId());
      }
    }
  }

  private void walk(Subject subject, List<RevocationScope> doubts, long until) throws SQLException {
    Walk walk = walks.get(subject);
    if (walk == null) {
      if (!isDue(subject, doubts)) {
        return;
      }
      walk = new Walk(union(subject, doubts), clock.millis());
      walks.put(subject, walk);
    }
    do {
      ScopeExpander.Page page = pass.over(walk.scope, walk.last, PAGE);
      walk.undecided += page.undecided();
      walk.last = page.last();
      if (walk.last == null) {
        walks.remove(subject);
        walked.put(subject, walk.began);
        finish(walk, doubts);
        return;
      }
    } while (clock.millis() < until);
  }

  private boolean isDue(Subject subject, List<RevocationScope> doubts) {
    Long last = walked.get(subject);
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

  private static RevocationScope union(Subject subject, List<RevocationScope> doubts) {
    Set<SessionType> verifies = EnumSet.noneOf(SessionType.class);
    doubts.forEach(doubt -> verifies.addAll(doubt.verifies()));
    RevocationScope first = doubts.get(0);
    Scopes scopes = new Scopes(first.cause(), first.createdAt());
    Members members = subject.members();
    return members == null
        ? scopes.realmInDoubt(subject.realmId(), verifies)
        : scopes.membersInDoubt(subject.realmId(), members);
  }

  private static Set<String> ids(Iterable<List<RevocationScope>> scopes) {
    Set<String> ids = new HashSet<>();
    scopes.forEach(some -> some.forEach(scope -> ids.add(scope.id())));
    return ids;
  }

  /** What is in doubt: a realm, or some of its users. */
  private record Subject(String realmId, @Nullable Members members) {}

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

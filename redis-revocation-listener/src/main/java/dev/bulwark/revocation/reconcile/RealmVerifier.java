package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.rules.Target;
import dev.bulwark.revocation.search.EndingApplier;
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
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Has Keycloak verify the tokens of realms in doubt: an event (an identity provider was removed,
 * say) ended some of them, and only Keycloak can tell which. Those can be hundreds of thousands, so
 * a realm is walked page by page, over many rounds if need be, once for all doubts about it. What
 * it finds is as late as any silent death; callers that wait for revocations do not wait for it.
 *
 * <p>Not thread-safe; called by the thread of the reconciler.
 */
public final class RealmVerifier {

  private static final Logger LOG = Logger.getLogger(RealmVerifier.class);

  /** Few enough that a page of sessions that are not in a cache takes a second at most. */
  static final int PAGE = 500;

  /** Shortest time between the beginnings of two walks of the same doubts, milliseconds. */
  static final long MIN_WALK_INTERVAL = 5_000;

  /**
   * Ages at which a walk is due, milliseconds: at once, when the caches of the cluster have heard
   * of the event, and for requests that stalled. After the last the doubt is done with. A clock
   * that is set must not skip a walk, so ages are those of {@link System#nanoTime()}.
   */
  private static final long[] WALK_AGES = {0, MIN_WALK_INTERVAL, 60_000};

  /** Verifies a page. */
  @FunctionalInterface
  public interface Pass {

    /** As {@link EndingApplier#expandPage}. */
    EndingApplier.Page over(Ending ending, @Nullable LedgerToken after, int size)
        throws SQLException;
  }

  private final LedgerDatabase database;
  private final Pass pass;
  private final Clock clock;
  private final LongSupplier time;

  /** When this node first saw each doubt. */
  private final Map<String, Long> firstSeen = new HashMap<>();

  /** How many of its walks each doubt has had. */
  private final Map<String, Integer> done = new HashMap<>();

  /** The walks under way. */
  private final Map<Subject, Walk> walks = new HashMap<>();

  /** When the last walk that came to its end began. */
  private final Map<Subject, Long> walked = new HashMap<>();

  /** With its collaborators. */
  public RealmVerifier(LedgerDatabase database, Pass pass, Clock clock) {
    this(database, pass, clock, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  /**
   * With another time for the ages.
   *
   * @param time milliseconds since any moment
   */
  RealmVerifier(LedgerDatabase database, Pass pass, Clock clock, LongSupplier time) {
    this.database = database;
    this.pass = pass;
    this.clock = clock;
    this.time = time;
  }

  /**
   * One round.
   *
   * @param until when to stop, but for the page at hand; milliseconds since 1970
   */
  void round(long until) throws SQLException {
    Map<Subject, List<Ending>> bySubject = new LinkedHashMap<>();
    long now = time.getAsLong();
    for (Ending ending : database.call(c -> database.endings().all(c))) {
      if (ending.target() instanceof Target.RealmInDoubt doubt) {
        Subject subject = new Subject(doubt.realmId(), doubt.members());
        bySubject.computeIfAbsent(subject, r -> new ArrayList<>()).add(ending);
        firstSeen.putIfAbsent(ending.id(), now);
      }
    }
    Set<String> present = ids(bySubject.values());
    firstSeen.keySet().retainAll(present);
    done.keySet().retainAll(present);
    walks.keySet().retainAll(bySubject.keySet());
    walked.keySet().retainAll(bySubject.keySet());
    for (Map.Entry<Subject, List<Ending>> doubted : bySubject.entrySet()) {
      try {
        walk(doubted.getKey(), doubted.getValue(), until);
      } catch (SQLException | RuntimeException e) {
        // The next round goes on with the same page; other realms do not wait for it.
        LOG.warnf(
            e,
            "Tokens of realm %s could not be verified. The check is repeated",
            doubted.getKey().realmId());
      }
    }
  }

  private void walk(Subject subject, List<Ending> doubts, long until) throws SQLException {
    Walk walk = walks.get(subject);
    if (walk == null) {
      if (!isDue(subject, doubts)) {
        return;
      }
      walk = new Walk(union(subject, doubts), time.getAsLong());
      walks.put(subject, walk);
    }
    do {
      EndingApplier.Page page = pass.over(walk.ending, walk.last, PAGE);
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

  private boolean isDue(Subject subject, List<Ending> doubts) {
    Long last = walked.get(subject);
    long now = time.getAsLong();
    return last == null
        || doubts.stream().anyMatch(doubt -> seen(doubt) > last)
        || now >= last + MIN_WALK_INTERVAL
            && doubts.stream().anyMatch(doubt -> walksDue(doubt, now) > walksDone(doubt));
  }

  private int walksDue(Ending doubt, long at) {
    long age = at - seen(doubt);
    return (int) Arrays.stream(WALK_AGES).filter(walk -> age >= walk).count();
  }

  private int walksDone(Ending doubt) {
    return done.getOrDefault(doubt.id(), 0);
  }

  private void finish(Walk walk, List<Ending> doubts) throws SQLException {
    if (walk.undecided > 0) {
      return;
    }
    List<Ending> settled = new ArrayList<>();
    for (Ending doubt : doubts) {
      if (walk.ending.doesAllOf(doubt) && seen(doubt) <= walk.began) {
        done.put(doubt.id(), walksDue(doubt, walk.began));
        if (walksDone(doubt) == WALK_AGES.length) {
          settled.add(doubt);
        }
      }
    }
    database.run(c -> database.endings().delete(c, settled));
  }

  private long seen(Ending doubt) {
    return firstSeen.getOrDefault(doubt.id(), Long.MAX_VALUE);
  }

  private static Ending union(Subject subject, List<Ending> doubts) {
    Set<SessionType> verifies = EnumSet.noneOf(SessionType.class);
    doubts.forEach(doubt -> verifies.addAll(doubt.effect().verifies()));
    Ending first = doubts.get(0);
    Endings endings = new Endings(first.cause(), first.createdAt());
    Members members = subject.members();
    return members == null
        ? endings.verifyRealm(subject.realmId(), verifies)
        : endings.verifyMembers(subject.realmId(), members);
  }

  private static Set<String> ids(Iterable<List<Ending>> endings) {
    Set<String> ids = new HashSet<>();
    endings.forEach(some -> some.forEach(ending -> ids.add(ending.id())));
    return ids;
  }

  /** What is in doubt: a realm, or some of its users. */
  private record Subject(String realmId, @Nullable Members members) {}

  private static final class Walk {
    private final Ending ending;
    private final long began;
    private @Nullable LedgerToken last;
    private int undecided;

    Walk(Ending ending, long began) {
      this.ending = ending;
      this.began = began;
    }
  }
}

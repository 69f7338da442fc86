package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.EndedSessions;
import dev.bulwark.revocation.ledger.FoundSessions;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.SessionRange;
import dev.bulwark.revocation.ledger.SessionRange.Moment;
import dev.bulwark.revocation.rules.SessionClock;
import dev.bulwark.revocation.sql.DatabaseFailure;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tokens of sessions that have expired, are remembered where that is off now, or were
 * restarted under their old id: nothing tells of these. It reads the sessions whose time has come
 * since the last search, not all of them, so it costs the same however many there are.
 *
 * <p>A session that was written late, or is alive although its time has come, is found by the full
 * comparison of the {@link Reconciler}.
 *
 * <p>Not thread-safe; called by one thread.
 */
final class EndedSessionSearch {

  private final LedgerDatabase database;
  private final EndedSessionTokens tokens;
  private final Clock clock;
  private final SearchedTimes<Part> times = new SearchedTimes<>();

  /** Where a search that had to stop goes on: what follows of each part. */
  private final Map<Part, SessionRange> places = new HashMap<>();

  /** The number of the last failure of each part that fails, until it is searched whole. */
  private final Map<Part, Long> failing = new HashMap<>();

  private long failures;

  /** Sessions that are searched together. */
  private record Part(String realmId, SessionClock.Kind kind, Moment moment, boolean restarted) {

    static Part of(SessionRange range) {
      return new Part(range.realmId(), range.kind(), range.moment(), range.restarted());
    }
  }

  EndedSessionSearch(LedgerDatabase database, Settlement settlement, Clock clock) {
    this.database = database;
    this.tokens = new EndedSessionTokens(database, settlement);
    this.clock = clock;
  }

  /** Searches from the beginning the next time, as a node that takes over has to. */
  void forget() {
    times.forget();
    places.clear();
    failing.clear();
  }

  /**
   * One search.
   *
   * <p>Where a token is alive or cannot be judged, the next search covers the same time again:
   * Keycloak's cache can know of a later refresh than its table. Where this one had to stop, the
   * next one goes on.
   *
   * @param until when to stop, milliseconds since 1970
   */
  void search(long until) throws SQLException {
    long now = Math.floorDiv(clock.millis(), 1000L);
    List<SessionRange> ranges = new ArrayList<>();
    times.begin(now);
    for (SessionClock realm : clocks()) {
      for (SessionClock.Kind kind : SessionClock.Kind.values()) {
        String idle = realm.hasEnded(kind) ? "REMEMBER_ME_OFF" : "SESSION_IDLE";
        add(ranges, realm, kind, Moment.REFRESH, realm.idleSince(kind, now), idle);
        if (!kind.isOffline()) {
          long startedBy = realm.startedBy(kind, now);
          add(ranges, realm, kind, Moment.START, startedBy, "SESSION_EXPIRED");
        }
        // A restart marks its session.
        if (kind.isMarked()) {
          addRestarted(ranges, realm, kind, now);
        }
      }
    }
    // Those that fail come last, in case they take all the time, and take turns with each other.
    ranges.sort(Comparator.comparingLong(range -> failing.getOrDefault(Part.of(range), 0L)));
    SearchFailures failed = new SearchFailures();
    try {
      if (new Pages(now, until, failed).isDone(ranges)) {
        times.done();
        // Those of realms that are gone.
        places.clear();
        failing.clear();
      }
    } finally {
      failed.log();
    }
  }

  private List<SessionClock> clocks() throws SQLException {
    EndedSessions table = database.endedSessions();
    try {
      return database.callByIndex(c -> table.clocks(c, true));
    } catch (SQLException e) {
      if (DatabaseFailure.isConnectionLoss(e)) {
        throw e;
      }
      // The sessions of one realm may be the cause: the others do not wait for it.
      return database.call(c -> table.clocks(c, false));
    }
  }

  private void add(
      List<SessionRange> ranges,
      SessionClock realm,
      SessionClock.Kind kind,
      Moment moment,
      long upTo,
      String cause) {
    Part part = new Part(realm.realmId(), kind, moment, false);
    long after = times.after(part, SessionClock.NONE, upTo);
    ranges.add(
        goOn(new SessionRange(realm.realmId(), kind, moment, after + 1, "", upTo, cause, false)));
  }

  private void addRestarted(
      List<SessionRange> ranges, SessionClock realm, SessionClock.Kind kind, long now) {
    Part part = new Part(realm.realmId(), kind, Moment.START, true);
    // What was restarted before this node took over is the full comparison's.
    long after = times.after(part, now, now);
    ranges.add(
        goOn(
            new SessionRange(
                realm.realmId(),
                kind,
                Moment.START,
                after + 1,
                "",
                SessionClock.ALL,
                "SESSION_RESTARTED",
                true)));
  }

  private SessionRange goOn(SessionRange range) {
    SessionRange place = places.get(Part.of(range));
    return place == null ? range : range.following(place.from(), place.afterId());
  }

  /** One search, page by page. */
  private final class Pages {

    private final long now;
    private final long until;
    private final SearchFailures failed;

    /** The parts of which something is left to do. */
    private final Set<Part> open = new HashSet<>();

    /** What follows the pages at hand. */
    private List<SessionRange> next = new ArrayList<>();

    Pages(long now, long until, SearchFailures failed) {
      this.now = now;
      this.until = until;
      this.failed = failed;
    }

    /** Revokes what is dead; returns whether that was all there is. */
    boolean isDone(List<SessionRange> ranges) throws SQLException {
      List<SessionRange> rest = ranges;
      boolean together = true;
      while (!rest.isEmpty()) {
        next = new ArrayList<>();
        for (SessionQuestion question : SessionQuestion.of(rest, this::isFailing, together)) {
          if (!hasTimeAfter(question)) {
            return false;
          }
        }
        rest = next;
        together = false;
        // After a page of each part: every search gets further, however slow the database is.
        if (!rest.isEmpty() && clock.millis() > until) {
          return false;
        }
      }
      return open.isEmpty();
    }

    /** Searches a page of each of some ranges. */
    private boolean hasTimeAfter(SessionQuestion question) throws SQLException {
      List<SessionRange> ranges = question.ranges();
      EndedSessions table = database.endedSessions();
      List<FoundSessions> pages;
      try {
        pages =
            database.callByIndex(
                c -> question.alike() ? table.findAlike(c, ranges) : table.find(c, ranges));
      } catch (SQLException | RuntimeException e) {
        if (DatabaseFailure.isConnectionLoss(e)) {
          throw e;
        }
        // One range may be the cause: the others do not wait for it.
        return ranges.size() == 1
            ? hasTimeAfterFailure(ranges.get(0), e)
            : hasTimeAfterEach(ranges);
      }
      for (FoundSessions page : pages) {
        if (!hasTimeAfter(page)) {
          return false;
        }
      }
      return true;
    }

    private boolean hasTimeAfterEach(List<SessionRange> ranges) throws SQLException {
      for (SessionRange range : ranges) {
        if (!hasTimeAfter(SessionQuestion.alone(range))) {
          return false;
        }
      }
      return true;
    }

    private boolean hasTimeAfter(FoundSessions page) {
      Part part = Part.of(page.range());
      try {
        if (tokens.settle(page.sessions(), now) > 0) {
          open.add(part);
        }
      } catch (SQLException | RuntimeException e) {
        // The next search has the page again; other pages do not wait for it.
        if (!hasTimeAfterFailure(page.range(), e)) {
          return false;
        }
      }
      if (!open.contains(part)) {
        keepPlace(part, page.rest());
      }
      if (page.rest() != null) {
        next.add(page.rest());
      }
      return true;
    }

    private boolean isFailing(SessionRange range) {
      return failing.containsKey(Part.of(range));
    }

    private boolean hasTimeAfterFailure(SessionRange range, Exception e) {
      open.add(Part.of(range));
      fail(range, e, failed);
      return clock.millis() <= until;
    }
  }

  private void fail(SessionRange range, Exception e, SearchFailures failed) {
    failures++;
    failing.put(Part.of(range), failures);
    failed.add(range, e);
  }

  private void keepPlace(Part part, @Nullable SessionRange rest) {
    if (rest == null) {
      places.remove(part);
      failing.remove(part);
      times.reached(part);
    } else {
      places.put(part, rest);
    }
  }
}

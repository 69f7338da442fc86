package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.EndedSessions;
import dev.bulwark.revocation.ledger.EndedSessions.Found;
import dev.bulwark.revocation.ledger.EndedSessions.Moment;
import dev.bulwark.revocation.ledger.EndedSessions.Range;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.TokenTable;
import dev.bulwark.revocation.rules.EndedSession;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionClock;
import dev.bulwark.revocation.rules.Suspect;
import dev.bulwark.revocation.sql.Chunks;
import dev.bulwark.revocation.sql.DatabaseFailure;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
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

  private static final Logger LOG = Logger.getLogger(EndedSessionSearch.class);
  private static final int PAGE = 5_000;

  /** So many realms at least are asked about together, and so many at most. */
  private static final int FEW = 10;

  private static final int MANY = 1_000;

  private final LedgerDatabase database;
  private final Settlement settlement;
  private final Clock clock;
  private final SearchedTimes<Part> times = new SearchedTimes<>();

  /** Where a search that had to stop goes on: what follows of each part. */
  private final Map<Part, Range> places = new HashMap<>();

  /** The number of the last failure of each part that fails, until it is searched whole. */
  private final Map<Part, Long> failing = new HashMap<>();

  private long failures;

  /** Sessions that are searched together. */
  private record Part(String realmId, SessionClock.Kind kind, Moment moment, boolean restarted) {

    static Part of(Range range) {
      return new Part(range.realmId(), range.kind(), range.moment(), range.restarted());
    }
  }

  EndedSessionSearch(LedgerDatabase database, Settlement settlement, Clock clock) {
    this.database = database;
    this.settlement = settlement;
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
    List<Range> ranges = new ArrayList<>();
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
    Failures failed = new Failures();
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

  /** The pages that have failed in a search: one line tells of all. */
  private static final class Failures {

    private int pages;
    private @Nullable Range range;
    private @Nullable Exception cause;

    void add(Range of, Exception e) {
      if (pages == 0) {
        range = of;
        cause = e;
      }
      pages++;
    }

    void log() {
      Range first = range;
      if (first != null) {
        LOG.warnf(
            cause,
            "Sessions that have ended could not be searched (pages: %d, the first of realm %s,"
                + " %s). They are searched again",
            pages,
            first.realmId(),
            first.cause());
      }
    }
  }

  private void add(
      List<Range> ranges,
      SessionClock realm,
      SessionClock.Kind kind,
      Moment moment,
      long upTo,
      String cause) {
    Part part = new Part(realm.realmId(), kind, moment, false);
    long after = times.after(part, SessionClock.NONE, upTo);
    ranges.add(goOn(new Range(realm.realmId(), kind, moment, after + 1, "", upTo, cause, false)));
  }

  private void addRestarted(
      List<Range> ranges, SessionClock realm, SessionClock.Kind kind, long now) {
    Part part = new Part(realm.realmId(), kind, Moment.START, true);
    // What was restarted before this node took over is the full comparison's.
    long after = times.after(part, now, now);
    ranges.add(
        goOn(
            new Range(
                realm.realmId(),
                kind,
                Moment.START,
                after + 1,
                "",
                SessionClock.ALL,
                "SESSION_RESTARTED",
                true)));
  }

  private Range goOn(Range range) {
    Range place = places.get(Part.of(range));
    return place == null ? range : range.following(place.from(), place.afterId());
  }

  /**
   * Ranges of one statement.
   *
   * @param alike whether only their realms differ
   */
  private record Question(List<Range> ranges, boolean alike) {}

  /** The ranges of each statement: those of realms with equal times together, or in their order. */
  private List<Question> questions(List<Range> ranges, boolean together) {
    Map<Range, List<Range>> alike = new LinkedHashMap<>();
    List<Question> alone = new ArrayList<>();
    for (Range range : ranges) {
      if (failing.containsKey(Part.of(range))) {
        alone.add(new Question(List.of(range), false));
      } else {
        alike.computeIfAbsent(range.anywhere(), key -> new ArrayList<>()).add(range);
      }
    }
    List<Question> questions = new ArrayList<>();
    List<Range> some = new ArrayList<>();
    for (List<Range> group : alike.values()) {
      if (together && group.size() >= FEW) {
        Chunks.of(group, MANY).forEach(chunk -> questions.add(new Question(chunk, true)));
      } else {
        some.addAll(group);
      }
    }
    Chunks.of(some, EndedSessions.RANGES)
        .forEach(chunk -> questions.add(new Question(chunk, false)));
    questions.addAll(alone);
    return questions;
  }

  /** One search, page by page. */
  private final class Pages {

    private final long now;
    private final long until;
    private final Failures failed;

    /** The parts of which something is left to do. */
    private final Set<Part> open = new HashSet<>();

    /** What follows the pages at hand. */
    private List<Range> next = new ArrayList<>();

    Pages(long now, long until, Failures failed) {
      this.now = now;
      this.until = until;
      this.failed = failed;
    }

    /** Revokes what is dead; returns whether that was all there is. */
    boolean isDone(List<Range> ranges) throws SQLException {
      List<Range> rest = ranges;
      boolean together = true;
      while (!rest.isEmpty()) {
        next = new ArrayList<>();
        for (Question question : questions(rest, together)) {
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
    private boolean hasTimeAfter(Question question) throws SQLException {
      List<Range> ranges = question.ranges();
      EndedSessions table = database.endedSessions();
      List<Found> pages;
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
      for (Found page : pages) {
        if (!hasTimeAfter(page)) {
          return false;
        }
      }
      return true;
    }

    private boolean hasTimeAfterEach(List<Range> ranges) throws SQLException {
      for (Range range : ranges) {
        if (!hasTimeAfter(new Question(List.of(range), false))) {
          return false;
        }
      }
      return true;
    }

    private boolean hasTimeAfter(Found page) {
      Part part = Part.of(page.range());
      try {
        if (revoke(page.sessions(), now) > 0) {
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

    private boolean hasTimeAfterFailure(Range range, Exception e) {
      open.add(Part.of(range));
      fail(range, e, failed);
      return clock.millis() <= until;
    }
  }

  private void fail(Range range, Exception e, Failures failed) {
    failures++;
    failing.put(Part.of(range), failures);
    failed.add(range, e);
  }

  private void keepPlace(Part part, @Nullable Range rest) {
    if (rest == null) {
      places.remove(part);
      failing.remove(part);
      times.reached(part);
    } else {
      places.put(part, rest);
    }
  }

  private int revoke(List<EndedSession> sessions, long now) throws SQLException {
    Map<String, List<EndedSession>> ended = new LinkedHashMap<>();
    for (EndedSession session : sessions) {
      ended.computeIfAbsent(session.id(), id -> new ArrayList<>()).add(session);
    }
    int alive = 0;
    for (List<String> ids : Chunks.of(List.copyOf(ended.keySet()), TokenTable.SESSIONS)) {
      alive += revoke(ids, ended, now);
    }
    return alive;
  }

  /** Returns how many suspected tokens are not dead. */
  private int revoke(List<String> ids, Map<String, List<EndedSession>> ended, long now)
      throws SQLException {
    int alive = 0;
    String last = "";
    List<LedgerToken> page;
    do {
      String after = last;
      page = database.call(c -> database.tokens().ofSessions(c, ids, after, now, PAGE));
      alive += settlement.settle(suspects(page, ended));
      last = page.isEmpty() ? "" : page.get(page.size() - 1).jti();
    } while (page.size() == PAGE);
    return alive;
  }

  private static List<Suspect> suspects(
      List<LedgerToken> tokens, Map<String, List<EndedSession>> ended) {
    List<Suspect> suspects = new ArrayList<>();
    for (LedgerToken token : tokens) {
      ended.getOrDefault(token.sessionId(), List.of()).stream()
          .filter(session -> session.concerns(token))
          .findFirst()
          .ifPresent(session -> suspects.add(new Suspect(token, session.cause())));
    }
    return suspects;
  }
}

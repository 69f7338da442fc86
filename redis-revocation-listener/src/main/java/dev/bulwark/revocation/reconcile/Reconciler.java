package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.Lease;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.SuspectedTokens;
import dev.bulwark.revocation.ledger.Window;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.verify.BisectingOracle;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tokens that ended without an event.
 *
 * <p>Every round searches for sessions that have expired or were restarted ({@link
 * EndedSessionSearch}). Everything else that ends a token without an event is written down by the
 * transaction that does it, so comparing the ledger with Keycloak's tables is a safety net: for
 * changes made in the database itself, and for endings that could not be written. A comparison
 * begins when this node takes over, when one is due, and when a node asks for it ({@link
 * #compareSoon}). It walks the ledger a window at a time; a round takes as many windows as fit into
 * its time.
 *
 * <p>No age protects a token: its row is written after the session that carries it (see {@code
 * TokenLedgerProvider}), so a row without its session has lost it.
 *
 * <p>Half of its time at most goes to whole realms that an event has put in doubt.
 *
 * <p>Runs on the node that has the lease. Not thread-safe; called by one thread.
 */
public final class Reconciler {

  private static final Logger LOG = Logger.getLogger(Reconciler.class);

  /** While it runs, no comparison is due. */
  private static final String COMPARISON = "comparison";

  private static final int PAGE = 5_000;

  /** How often a window or page that fails is tried, in as many rounds. */
  private static final int TRIES = 3;

  /** A window that fails may be too much for the database: the next one has fewer rows. */
  private static final int SMALLER = 4;

  private final LedgerDatabase database;
  private final Lease lease;
  private final Settlement settlement;
  private final EndedSessionSearch endedSessions;
  private final RealmVerifier doubts;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final SuspectedTokens suspected;
  private final Duration budget;
  private final Duration betweenComparisons;

  /** Where the comparison is; null while there is none. */
  private @Nullable Position position;

  private long cycleBegan;
  private long counted;

  /** Rows that the last whole comparison has counted. */
  private long size;

  private int windowRows;

  /**
   * Whether another one has to begin. It waits for the end of the one under way: beginning anew
   * each time would never get to the end of a large ledger.
   */
  private boolean due;

  /** Whether this node had the lease in its last round. */
  private boolean leads;

  /** Whether this node wants a comparison and has not said so yet. */
  private volatile boolean wanted;

  /** Where to go on if the step at hand fails for the last time; null for the end. */
  private @Nullable Position behind;

  /** How often the step at hand has failed. */
  private int failures;

  /** Windows and pages left out of this comparison. */
  private int skipped;

  /**
   * With its collaborators.
   *
   * @param suspected finds what differs
   * @param interval time between two rounds; a round takes as long at most, but for its last
   *     window, so half of one connection's time is used at most
   * @param betweenComparisons time between the begins of two comparisons of the whole ledger
   */
  public Reconciler(
      LedgerDatabase database,
      SuspectedTokens suspected,
      BisectingOracle oracle,
      Revoker revoker,
      RealmVerifier doubts,
      RevocationMetrics metrics,
      Clock clock,
      Duration interval,
      Duration betweenComparisons) {
    this.database = database;
    this.suspected = suspected;
    this.settlement = new Settlement(database, oracle, revoker, metrics);
    this.endedSessions = new EndedSessionSearch(database, settlement, clock);
    this.doubts = doubts;
    this.metrics = metrics;
    this.clock = clock;
    this.budget = interval;
    this.lease = new Lease(database, "reconciler", interval.multipliedBy(3).plusSeconds(5));
    this.betweenComparisons = betweenComparisons;
  }

  /**
   * Has the whole ledger compared soon, by whichever node does that: an ending could not be written
   * down. Thread-safe; never throws, never waits.
   */
  public void compareSoon() {
    wanted = true;
  }

  /** One round; on a node that has not the lease it only passes on what that node wants. */
  public void round() throws SQLException {
    long began = clock.millis();
    sayIfWanted();
    if (!lease.acquire()) {
      metrics.notReconciling();
      leads = false;
      return;
    }
    if (!leads) {
      leads = true;
      metrics.reconciling(began);
      endedSessions.forget();
      position = null;
      due = true;
    }
    long until = began + budget.toMillis();
    attempt("Sessions that have expired could not be searched", () -> endedSessions.search(until));
    attempt(
        "Realms in doubt could not be verified", () -> doubts.round(began + budget.toMillis() / 2));
    due |= isDue();
    if (due && position == null) {
      due = false;
      begin();
    }
    @Nullable Position at = position;
    while (at != null) {
      at = stepOrSkip(at);
      position = at;
      if (at == null) {
        end();
      } else if (clock.millis() >= until) {
        return;
      }
    }
  }

  /** Part of a round whose failure keeps none of the others. */
  private interface Part {
    void run() throws SQLException;
  }

  private static void attempt(String failure, Part part) {
    try {
      part.run();
    } catch (SQLException | RuntimeException e) {
      LOG.warnf(e, "%s; it is tried again", failure);
    }
  }

  private void begin() {
    cycleBegan = clock.millis();
    // What has expired is left out.
    position = new Position(Math.floorDiv(cycleBegan, 1000L), null, "");
    windowRows = suspected.windowRows(size);
    failures = 0;
    counted = 0;
    skipped = 0;
  }

  private void end() {
    if (skipped == 0) {
      metrics.cycle(cycleBegan, clock.millis());
    }
    size = counted;
    metrics.ledgerSize(counted);
  }

  private void sayIfWanted() throws SQLException {
    if (!wanted) {
      return;
    }
    // What is wanted from now on is said in the next round.
    wanted = false;
    try {
      database.run(c -> database.leases().end(c, COMPARISON));
    } catch (SQLException | RuntimeException e) {
      wanted = true;
      throw e;
    }
  }

  private boolean isDue() throws SQLException {
    // Nobody renews this lease: each one is another's.
    String nobody = UUID.randomUUID().toString();
    return database.call(c -> database.leases().acquire(c, COMPARISON, nobody, betweenComparisons));
  }

  /** Lets another node take over at once. */
  public void release() throws SQLException {
    lease.release();
  }

  /**
   * Takes a step. One that fails is tried again in the next rounds, and left out in the end: it
   * must not keep the rest of the ledger from being compared. Returns null at the end of the
   * ledger.
   */
  private @Nullable Position stepOrSkip(Position at) throws SQLException {
    // Where not even the bounds of a window are known, nothing behind it can be found.
    behind = null;
    try {
      @Nullable Position next = step(at);
      failures = 0;
      return next;
    } catch (SQLException | RuntimeException e) {
      failures++;
      if (failures < TRIES) {
        windowRows = Math.max(1, windowRows / SMALLER);
        throw e;
      }
      failures = 0;
      skipped++;
      metrics.partSkipped();
      LOG.errorf(
          e,
          "A part of the ledger (BULWARK_TOKEN) could not be compared with "
              + "Keycloak's tables, %d times. It is left out until the next comparison. "
              + "Tokens in it that ended without an event are not in Redis. Check the "
              + "database.",
          TRIES);
      return behind;
    }
  }

  private @Nullable Position step(Position at) throws SQLException {
    long now = Math.floorDiv(clock.millis(), 1000L);
    @Nullable Window begun = at.begun();
    Window window =
        begun == null ? database.call(c -> suspected.window(c, at.after(), windowRows)) : begun;
    @Nullable Position following = after(window);
    behind = following;
    SuspectedTokens.Page page =
        database.callOverRange(c -> suspected.find(c, window, at.afterJti(), now, PAGE));
    @Nullable String last = page.lastJti();
    if (last != null) {
      following = new Position(at.after(), window, last);
      behind = following;
    }
    settlement.settle(page.suspects());
    if (last == null) {
      counted += database.callOverRange(c -> suspected.count(c, window));
    }
    return following;
  }

  private static @Nullable Position after(Window window) {
    @Nullable Long end = window.end();
    return end == null ? null : new Position(end, null, "");
  }

  /**
   * Where the walk is.
   *
   * @param after expiry up to which it is done, seconds since 1970
   * @param begun the window that has more than a page of suspects; null at its beginning
   * @param afterJti the last suspect of the page before; empty at the beginning of a window
   */
  private record Position(long after, @Nullable Window begun, String afterJti) {}
}

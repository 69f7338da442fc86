package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.Slice;
import dev.bulwark.revocation.ledger.SuspectSweep;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Revoker;
import dev.bulwark.revocation.rules.Suspect;
import dev.bulwark.revocation.verify.PatientOracle;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tokens that died without an event.
 *
 * <p>Every round searches for sessions that have expired or were restarted ({@link
 * EndedSessionSearch}). Everything else that ends a token without an event is written down by the
 * transaction that does it, so comparing the ledger with Keycloak's tables is a safety net: for
 * changes made in the database itself, and for endings that could not be written. A comparison
 * begins when this node takes over, when one is due, and when a node asks for it ({@link
 * #compareSoon}). It walks the ledger a slice at a time; a round takes as many slices as fit into
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
  private static final String LEASE = "reconciler";

  /** While it runs, no comparison is due. */
  private static final String COMPARISON = "comparison";

  /** Some ten milliseconds of the database at a time. */
  private static final int SLICE_ROWS = 5_000;

  private static final int PAGE = 5_000;

  /** How often a slice that fails is tried, in as many rounds. */
  private static final int TRIES = 3;

  /**
   * The first comparison of a node that takes over, and one from time to time, reads every row: a
   * realm may have been replaced while no server ran. See {@link SuspectSweep#mayHaveSuspects}.
   */
  private static final Duration BETWEEN_EXACT = Duration.ofHours(1);

  private final String node = UUID.randomUUID().toString();
  private final LedgerDatabase database;
  private final Settlement settlement;
  private final EndedSessionSearch endedSessions;
  private final DoubtPasses doubts;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final List<SuspectSweep> sweeps;
  private final Duration budget;
  private final Duration leaseTime;
  private final Duration betweenComparisons;

  private Position position = Position.START;
  private long cycleBegan;
  private boolean exact;
  private long nextExact;
  private long counted;

  /** Whether a comparison has begun and not ended. */
  private boolean comparing;

  /**
   * Whether another one has to begin. It waits for the end of the one under way: beginning anew
   * each time would never get to the end of a large ledger.
   */
  private boolean due;

  /** Whether this node had the lease in its last round. */
  private boolean leads;

  /** Whether this node wants a comparison and has not said so yet. */
  private volatile boolean wanted;

  /** The slice at hand; null before its bounds are known. */
  private @Nullable Slice current;

  /** How often the slice at hand has failed. */
  private int failures;

  /** Slices left out of this cycle. */
  private int skipped;

  /**
   * With its collaborators.
   *
   * @param sweeps the comparisons to make, in turn
   * @param interval time between two rounds; a round takes as long at most, but for its last slice,
   *     so half of one connection's time is used at most
   * @param betweenComparisons time between the begins of two comparisons of the whole ledger
   */
  public Reconciler(
      LedgerDatabase database,
      List<SuspectSweep> sweeps,
      PatientOracle oracle,
      Revoker revoker,
      DoubtPasses doubts,
      RevocationMetrics metrics,
      Clock clock,
      Duration interval,
      Duration betweenComparisons) {
    this.database = database;
    this.sweeps = List.copyOf(sweeps);
    this.settlement = new Settlement(database, oracle, revoker, metrics);
    this.endedSessions = new EndedSessionSearch(database, settlement, clock);
    this.doubts = doubts;
    this.metrics = metrics;
    this.clock = clock;
    this.budget = interval;
    this.leaseTime = interval.multipliedBy(3).plusSeconds(5);
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
    if (!lead()) {
      metrics.notReconciling();
      leads = false;
      return;
    }
    if (!leads) {
      leads = true;
      nextExact = 0;
      endedSessions.forget();
      comparing = false;
      due = true;
    }
    long until = began + budget.toMillis();
    attempt("Sessions that have expired could not be searched", () -> endedSessions.search(until));
    attempt(
        "Realms in doubt could not be verified", () -> doubts.round(began + budget.toMillis() / 2));
    due |= isDue();
    if (due && !comparing) {
      due = false;
      begin();
    }
    while (comparing) {
      position = stepOrSkip(position);
      if (position.equals(Position.START)) {
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
    position = Position.START;
    failures = 0;
    comparing = true;
    cycleBegan = clock.millis();
    exact = cycleBegan >= nextExact;
    counted = 0;
    skipped = 0;
  }

  private void end() {
    comparing = false;
    if (skipped == 0) {
      metrics.cycle(cycleBegan, clock.millis());
      if (exact) {
        nextExact = cycleBegan + BETWEEN_EXACT.toMillis();
      }
    }
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
    database.run(
        connection -> {
          database.leases().release(connection, LEASE, node);
        });
  }

  private boolean lead() throws SQLException {
    return database.call(c -> database.leases().acquire(c, LEASE, node, leaseTime));
  }

  /**
   * Compares a slice. One that fails is tried again in the next rounds, and left out in the end: it
   * must not keep the ledger behind it from being compared.
   */
  private Position stepOrSkip(Position at) throws SQLException {
    current = at.begun();
    try {
      Position next = step(at);
      failures = 0;
      return next;
    } catch (SQLException | RuntimeException e) {
      failures++;
      if (failures < TRIES) {
        throw e;
      }
      failures = 0;
      skipped++;
      metrics.sliceSkipped();
      LOG.errorf(
          e,
          "A part of the ledger (BULWARK_TOKEN) could not be compared with Keycloak's tables, %d"
              + " times: it is left out until the next comparison. Tokens in it that died without"
              + " an event are not in Redis. Check the database.",
          TRIES);
      @Nullable Slice slice = current;
      // Where even the bounds of the slice are not known, the whole sweep is left out.
      return slice == null ? new Position(nextSweep(at), "", null, "") : after(at, slice);
    }
  }

  private Position step(Position at) throws SQLException {
    SuspectSweep sweep = sweeps.get(at.sweep());
    long now = Math.floorDiv(clock.millis(), 1000L);
    @Nullable Slice begun = at.begun();
    Slice slice =
        begun == null ? database.call(c -> sweep.slice(c, at.after(), SLICE_ROWS)) : begun;
    current = slice;
    List<Suspect> suspects =
        database.callOverRange(c -> suspects(c, sweep, slice, at.afterJti(), now, exact));
    settlement.settle(suspects);
    if (suspects.size() == PAGE) {
      return new Position(at.sweep(), at.after(), slice, suspects.get(PAGE - 1).token().jti());
    }
    if (at.sweep() == sweeps.size() - 1) {
      // Every token has a user, so this sweep sees them all.
      counted += database.callOverRange(c -> sweep.count(c, slice));
    }
    return after(at, slice);
  }

  private Position after(Position at, Slice slice) {
    @Nullable String end = slice.end();
    return end != null
        ? new Position(at.sweep(), end, null, "")
        : new Position(nextSweep(at), "", null, "");
  }

  private int nextSweep(Position at) {
    return (at.sweep() + 1) % sweeps.size();
  }

  /** Nearly every slice has none, which is cheaper to find out than which they are. */
  private static List<Suspect> suspects(
      Connection connection,
      SuspectSweep sweep,
      Slice slice,
      String afterJti,
      long now,
      boolean exact)
      throws SQLException {
    if (!exact && afterJti.isEmpty() && !sweep.mayHaveSuspects(connection, slice, now)) {
      return List.of();
    }
    return sweep.find(connection, slice, afterJti, now, PAGE);
  }

  /**
   * Where the walk is.
   *
   * @param sweep which of the sweeps
   * @param after id up to which it has been done; empty at its beginning
   * @param begun the slice that has more than a page of suspects; null at the beginning of a slice
   * @param afterJti the last suspect of the page before; empty at the beginning of a slice
   */
  private record Position(int sweep, String after, @Nullable Slice begun, String afterJti) {
    static final Position START = new Position(0, "", null, "");
  }
}

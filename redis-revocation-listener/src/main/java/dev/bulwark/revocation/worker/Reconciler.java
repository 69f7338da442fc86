package dev.bulwark.revocation.worker;

import dev.bulwark.revocation.RevocationMetrics;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.Slice;
import dev.bulwark.revocation.ledger.SuspectSweep;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.rules.Suspect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the tokens that died without an event. It walks the ledger over and over, a slice at a
 * time; a round takes as many slices as fit into its time, and at most one whole cycle. So a small
 * ledger is compared in every round, and a huge one costs a bounded share of one connection.
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

  /** Some ten milliseconds of the database at a time. */
  private static final int SLICE_ROWS = 5_000;

  private static final int PAGE = 5_000;

  /** How often a slice that fails is tried, in as many rounds. */
  private static final int TRIES = 3;

  /** Counting reads an entry of the index for each row, which comparing a busy id does not. */
  private static final Duration BETWEEN_COUNTS = Duration.ofSeconds(30);

  /**
   * The first cycle of a node that takes over, and one from time to time, reads every row: a realm
   * may have been replaced while no server ran. See {@link SuspectSweep#mayHaveSuspects}.
   */
  private static final Duration BETWEEN_EXACT = Duration.ofMinutes(10);

  private final String node = UUID.randomUUID().toString();
  private final LedgerDatabase database;
  private final PatientOracle oracle;
  private final Revoker revoker;
  private final DoubtPasses doubts;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final List<SuspectSweep> sweeps;
  private final Duration budget;
  private final Duration leaseTime;

  private Position position = Position.START;
  private long cycleBegan;
  private boolean exact;
  private long nextExact;
  private boolean counts;
  private long nextCount;
  private long counted;

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
   */
  public Reconciler(
      LedgerDatabase database,
      List<SuspectSweep> sweeps,
      PatientOracle oracle,
      Revoker revoker,
      DoubtPasses doubts,
      RevocationMetrics metrics,
      Clock clock,
      Duration interval) {
    this.database = database;
    this.sweeps = List.copyOf(sweeps);
    this.oracle = oracle;
    this.revoker = revoker;
    this.doubts = doubts;
    this.metrics = metrics;
    this.clock = clock;
    this.budget = interval;
    this.leaseTime = interval.multipliedBy(3).plusSeconds(5);
  }

  /** One round; does nothing on a node that has not the lease. */
  public void round() throws SQLException {
    long began = clock.millis();
    if (!lead()) {
      metrics.notReconciling();
      position = Position.START;
      failures = 0;
      nextExact = 0;
      nextCount = 0;
      return;
    }
    try {
      doubts.round(began + budget.toMillis() / 2);
    } catch (SQLException | RuntimeException e) {
      LOG.warn("Realms in doubt could not be verified; it is tried again", e);
    }
    boolean finished = false;
    do {
      if (position.equals(Position.START)) {
        cycleBegan = clock.millis();
        exact = cycleBegan >= nextExact;
        counts = cycleBegan >= nextCount;
        counted = 0;
        skipped = 0;
      }
      position = stepOrSkip(position);
      if (position.equals(Position.START)) {
        if (skipped == 0) {
          metrics.cycle(cycleBegan, clock.millis());
        }
        if (exact && skipped == 0) {
          nextExact = cycleBegan + BETWEEN_EXACT.toMillis();
        }
        if (counts) {
          metrics.ledgerSize(counted);
          nextCount = cycleBegan + BETWEEN_COUNTS.toMillis();
        }
        finished = true;
      }
    } while (!finished && clock.millis() - began < budget.toMillis());
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
    settle(suspects);
    if (suspects.size() == PAGE) {
      return new Position(at.sweep(), at.after(), slice, suspects.get(PAGE - 1).token().jti());
    }
    if (counts && at.sweep() == sweeps.size() - 1) {
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

  /** Revokes those that are dead, and forgets those that are revoked. */
  private void settle(List<Suspect> suspects) throws SQLException {
    if (suspects.isEmpty()) {
      return;
    }
    Set<String> known =
        database.call(
            c -> database.revoked().among(c, suspects.stream().map(s -> s.token().jti()).toList()));
    List<LedgerToken> settled = new ArrayList<>();
    Map<LedgerToken, String> open = new LinkedHashMap<>();
    for (Suspect suspect : suspects) {
      if (known.contains(suspect.token().jti())) {
        settled.add(suspect.token());
      } else {
        open.put(suspect.token(), suspect.cause());
      }
    }
    PatientOracle.Answer answer = oracle.ask(open.keySet());
    Set<LedgerToken> dead = answer.dead();
    metrics.acquitted(open.size() - dead.size() - answer.undecided());
    Map<String, List<RevokedToken>> byCause = new LinkedHashMap<>();
    for (LedgerToken token : dead) {
      byCause
          .computeIfAbsent(open.getOrDefault(token, ""), cause -> new ArrayList<>())
          .add(new RevokedToken(token.jti(), token.expiresAt()));
    }
    for (Map.Entry<String, List<RevokedToken>> found : byCause.entrySet()) {
      LOG.debugf("%d tokens had died silently: %s", found.getValue().size(), found.getKey());
      revoker.revoke(found.getValue(), "SILENT_" + found.getKey());
      metrics.reconciled(found.getValue().size(), found.getKey());
    }
    settled.addAll(dead);
    database.run(c -> database.tokens().delete(c, settled));
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

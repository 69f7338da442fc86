package dev.bulwark.revocation.worker;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable.Backlog;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Epochs;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.push.Watermark;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.search.EndingApplier;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The background work of one node of the cluster: applies recent endings to the ledger again,
 * pushes revocations that Redis lacks, and deletes expired rows. Thread-safe; {@link #keep()} and
 * {@link #introduce} do not wait for a round.
 */
public final class BackgroundWork {

  private static final Logger LOG = Logger.getLogger(BackgroundWork.class);

  private static final String LEASE = "worker";

  private static final Duration LEASE_TIME = Duration.ofSeconds(5);

  /** A round that takes longer may hang: another node takes over. */
  private static final Duration MAX_ROUND_TIME = Duration.ofMinutes(2);

  /** Life of the watermark after a clean stop. */
  private static final Duration AFTER_STOP = Duration.ofHours(1);

  private static final Duration CLEANING = Duration.ofSeconds(30);
  private static final int DRAIN_PAGE = 10_000;
  private static final int MAX_PAGES = 100;

  /** After a long outage there are millions of rows; pushing must not wait for all of them. */
  private static final int MAX_DELETES = 10;

  /** Rows live a little longer than their tokens, so that clocks that differ do no harm. */
  private static final Duration RETENTION = Duration.ofSeconds(60);

  /**
   * How far the watermark lies behind the time up to which the endings are known to be laid over
   * the ledger, milliseconds: clocks of those who compare it with theirs differ a little.
   */
  private static final long WATERMARK_LAG = 1_500;

  private final String node = UUID.randomUUID().toString();
  private final LedgerDatabase database;
  private final RedisConnection redis;
  private final PendingEndings endings;
  private final Refresher refresher;
  private final RevocationPusher pusher;
  private final Epochs epochs;
  private final Watermark watermark;
  private final MissedPushes missedPushes;
  private final RevocationObserver observer;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final Duration completeLife;
  private final WatermarkGate gate = new WatermarkGate();
  private final Rivals rivals = new Rivals();
  private final RealmStates states;

  private SortedSet<String> currentEpochs = new TreeSet<>();
  private String leader = "";

  /** When the lease was last acquired; null if this node has not got it. */
  private volatile @Nullable Moment leasedAt;

  /**
   * Whether this node has announced itself to Redis and has had the lease ever since, so that no
   * other node of its installation has announced itself later.
   */
  private volatile boolean last;

  /** Whether the watermark that Redis holds is still to be withdrawn. */
  private boolean withdraws;

  private long cleanedAt;

  /** When the round that is under way began; null between two rounds, and on other nodes. */
  private volatile @Nullable Moment leadingSince;

  /** The watermark that Redis holds; null if it is not to be kept. */
  private volatile @Nullable Kept kept;

  /**
   * With its collaborators.
   *
   * @param rowsWritten until when the tokens that have left any node have their rows in the ledger,
   *     by {@link System#nanoTime()}
   * @param completeLife how long the watermark stays in Redis when this node does not renew it
   * @param refreshInterval time in which every key in Redis is written again
   * @param since from when on all tokens are in the ledger, milliseconds since 1970
   */
  public BackgroundWork(
      LedgerDatabase database,
      RedisConnection redis,
      Supplier<OptionalLong> rowsWritten,
      EndingApplier expander,
      RevocationPusher pusher,
      Epochs epochs,
      Watermark watermark,
      MissedPushes missedPushes,
      RevocationObserver observer,
      RevocationMetrics metrics,
      Clock clock,
      Duration completeLife,
      Duration refreshInterval,
      long since) {
    this.database = database;
    this.redis = redis;
    this.endings =
        new PendingEndings(
            database,
            expander::expand,
            expander::expandSet,
            rowsWritten,
            metrics,
            System::nanoTime);
    this.pusher = pusher;
    this.refresher = new Refresher(database, pusher, metrics, clock, refreshInterval);
    this.epochs = epochs;
    this.watermark = watermark;
    this.missedPushes = missedPushes;
    this.observer = observer;
    this.completeLife = completeLife;
    this.states = new RealmStates(since);
    this.metrics = metrics;
    this.clock = clock;
  }

  /** One round; does nothing on a node that has not the lease. */
  public synchronized void round() throws SQLException {
    boolean leading = acquireLease();
    metrics.leading(leading);
    if (leading) {
      leadingSince = moment();
      try {
        lead();
      } finally {
        leadingSince = null;
      }
    } else {
      gate.forget();
      kept = null;
    }
    metrics.roundCompleted(clock.millis());
  }

  private boolean acquireLease() throws SQLException {
    Moment before = moment();
    Moment earlier = leasedAt;
    boolean acquired =
        database.call(connection -> database.leases().acquire(connection, LEASE, node, LEASE_TIME));
    if (!acquired || earlier == null || earlier.plus(LEASE_TIME).isBefore(before)) {
      last = false;
    }
    leasedAt = acquired ? before : null;
    return acquired;
  }

  private void lead() throws SQLException {
    if (layAndPush()) {
      // Only a later look at the endings tells whether Redis is complete again.
      layAndPush();
    }
    refresh();
    clean(clock.millis());
  }

  private void refresh() throws SQLException {
    if (kept == null) {
      // Redis is away, or does not have everything yet.
      return;
    }
    try {
      refresher.step(moment());
    } catch (RedisUnavailableException e) {
      // Reported by the connection; the next round tries again.
      metrics.pushFailed();
    }
  }

  /** Returns whether the watermark has to wait for a round that begins later. */
  private boolean layAndPush() throws SQLException {
    Optional<Moment> completeUntil = Optional.empty();
    boolean waits;
    try {
      completeUntil = endings.round(moment());
      if (endings.troubles().values().stream().noneMatch(RealmTrouble::holds)) {
        completeUntil.ifPresent(this::tellObserver);
      }
    } finally {
      // Whatever happened to the endings: what is revoked has to get to Redis.
      waits = drain(completeUntil);
    }
    return waits;
  }

  /** What the observer has been told of is complete whether or not Redis is there. */
  private void tellObserver(Moment completeUntil) {
    try {
      database.run(c -> observer.complete(c, completeUntil.millis() - WATERMARK_LAG));
    } catch (SQLException e) {
      LOG.warn(
          "The token status lists could not be confirmed. Applications stop relying on them when"
              + " they expire. The next round tries again. Check the database.",
          e);
    }
  }

  /**
   * Keeps what the last round has left while the next one is to come or takes long: the watermark's
   * life in Redis, and the lease. Called by a thread of its own.
   */
  public void keep() throws SQLException {
    Moment since = leadingSince;
    if (since != null && !since.plus(MAX_ROUND_TIME).isBefore(moment())) {
      acquireLease();
    }
    Kept held = kept;
    if (held == null || held.missed() != missedPushes.count() || !redis.isAvailable()) {
      return;
    }
    try {
      watermark.renew(held.value(), completeLife);
    } catch (RedisUnavailableException e) {
      // Reported by the connection; the key's life ends.
      metrics.pushFailed();
    }
  }

  /**
   * Tells Redis of a realm that has just been made, on any node: the next round may come later than
   * its first login. Never throws.
   */
  public void introduce(String realm) {
    if (!redis.isAvailable()) {
      return;
    }
    try {
      watermark.introduce(realm, states.ofNewRealm());
    } catch (RedisUnavailableException e) {
      // Reported by the connection; the round after the outage writes it.
      metrics.pushFailed();
    }
  }

  /**
   * Ends the work of this node. If it leads, the watermark stays for an hour, so that a restart of
   * a single node does not stop the applications; a node that takes over shortens it.
   */
  public synchronized void finish() throws SQLException {
    round();
    Kept held = kept;
    if (held != null && held.missed() == missedPushes.count()) {
      watermark.renew(held.value(), AFTER_STOP);
    }
    release();
  }

  /** Lets another node take over at once. */
  private void release() throws SQLException {
    database.run(
        connection -> {
          database.leases().release(connection, LEASE, node);
        });
  }

  private boolean drain(Optional<Moment> completeUntil) throws SQLException {
    boolean drained = false;
    boolean waits = false;
    if (redis.isAvailable()) {
      try {
        waits = look();
        int pages = 1;
        while (drainPage() && pages < MAX_PAGES) {
          pages++;
        }
        drained = true;
      } catch (RedisUnavailableException e) {
        // Reported by the connection; the next round tries again.
        metrics.pushFailed();
        missedPushes.missed();
      }
    }
    Backlog backlog = database.call(c -> database.revoked().backlog(c, currentEpochs, seconds()));
    metrics.backlog(backlog.count(), earlier(backlog.oldest(), endings.lackingRowsSince()));
    if (drained && backlog.count() == 0) {
      writeWatermark(completeUntil);
    }
    return waits && drained;
  }

  /** The earlier one of two times, of which 0 is none. */
  private static long earlier(long one, long other) {
    return one == 0 || other == 0 ? Math.max(one, other) : Math.min(one, other);
  }

  /** Finds out what has happened to Redis; returns whether anything has. */
  private boolean look() {
    long missed = missedPushes.count();
    currentEpochs = epochs.check();
    WatermarkGate.Finding finding = gate.see(missed, currentEpochs);
    boolean rival = rivals.present(moment());
    if (finding == WatermarkGate.Finding.NOTHING && !rival) {
      return false;
    }
    kept = null;
    states.forget();
    withdraws |= finding == WatermarkGate.Finding.TROUBLE || rival;
    try {
      announce();
    } catch (RedisUnavailableException e) {
      // The next look begins anew, and still knows of the trouble.
      gate.forget();
      last = false;
      throw e;
    }
    withdraws = false;
    gate.openFrom(moment());
    return true;
  }

  private void announce() {
    boolean wasLast = last;
    leader = node + ":" + UUID.randomUUID();
    Set<String> earlier = watermark.announce(leader, withdraws);
    boolean replaced = earlier.stream().anyMatch(other -> !other.startsWith(node + ":"));
    last = leasedAt != null;
    if (wasLast && replaced && rivals.seen(moment())) {
      LOG.errorf(
          "Another Keycloak, with another database, writes its revocations to the same Redis under"
              + " the same keys (%s). Neither knows when Redis is complete, so neither confirms it,"
              + " and applications that fail closed accept no token. Give each installation a"
              + " prefix (spi-redis-connection--default--prefix) or a Redis of its own.",
          redis.key("revoked:*"));
    }
  }

  private void writeWatermark(Optional<Moment> completeUntil) throws SQLException {
    long missed = missedPushes.count();
    if (!gate.allows(completeUntil, missed) || rivals.present(moment())) {
      return;
    }
    Watermark.Value value =
        new Watermark.Value(
            leader, currentEpochs, completeUntil.orElseThrow().millis() - WATERMARK_LAG);
    Map<String, String> wanted =
        states.of(database.call(database.realms()::names), endings.troubles(), WATERMARK_LAG);
    try {
      if (watermark.write(value, states.changes(wanted), completeLife)) {
        states.written(wanted);
        kept = new Kept(value, missed);
      } else {
        gate.forget();
      }
      if (missed != missedPushes.count()) {
        // An outage that is over already: a response may have been sent meanwhile.
        kept = null;
        watermark.announce(leader, true);
      } else if (kept != null) {
        metrics.completeUntil(value.completeUntil());
      }
    } catch (RedisUnavailableException e) {
      // Reported by the connection; whoever reads the watermark sees it grow old.
      metrics.pushFailed();
      missedPushes.missed();
    }
  }

  /** Whether there may be more. */
  private boolean drainPage() throws SQLException {
    List<RevokedToken> pending =
        database.call(c -> database.revoked().pending(c, currentEpochs, seconds(), DRAIN_PAGE));
    if (pending.isEmpty()) {
      return false;
    }
    Map<String, List<RevokedToken>> pushed =
        metrics.timePush(pending.size(), () -> pusher.push(pending));
    database.run(
        connection -> {
          for (Map.Entry<String, List<RevokedToken>> epoch : pushed.entrySet()) {
            database.revoked().markPushed(connection, epoch.getValue(), epoch.getKey());
          }
        });
    // A node that lost its epoch meanwhile gets a new one in the next round.
    return pending.size() == DRAIN_PAGE && currentEpochs.containsAll(pushed.keySet());
  }

  private void clean(long now) throws SQLException {
    if (now - cleanedAt < CLEANING.toMillis()) {
      return;
    }
    cleanedAt = now;
    // A node whose clock is ahead must not delete live rows.
    long before = Math.floorDiv(Math.min(now, database.now()) - RETENTION.toMillis(), 1000L);
    boolean finished =
        deleteAll(connection -> database.tokens().deleteExpired(connection, before))
            & deleteAll(connection -> database.revoked().deleteExpired(connection, before));
    if (!finished) {
      cleanedAt = 0;
    }
  }

  /** Whether nothing is left to delete. */
  private boolean deleteAll(LedgerDatabase.Work<Integer> some) throws SQLException {
    for (int i = 0; i < MAX_DELETES; i++) {
      if (database.call(some) < SqlDialect.DELETES) {
        return true;
      }
    }
    return false;
  }

  private Moment moment() {
    return new Moment(System.nanoTime(), clock.millis());
  }

  private long seconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }

  /**
   * A watermark in Redis.
   *
   * @param missed number of {@link MissedPushes} when it was written
   */
  private record Kept(Watermark.Value value, long missed) {}
}

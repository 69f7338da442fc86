package dev.bulwark.revocation.worker;

import dev.bulwark.contract.RevocationObserver;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.ledger.LedgerDatabase;
import dev.bulwark.revocation.ledger.RevokedTable.Backlog;
import dev.bulwark.revocation.ledger.SwitchTable.Realm;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.RevocationPusher;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The background work of one node of the cluster: applies recent endings to the ledger again,
 * pushes revocations that Redis lacks, and deletes expired rows. Thread-safe; {@link #keep()} does
 * not wait for a round.
 */
public final class BackgroundWork {

  private static final Logger LOG = Logger.getLogger(BackgroundWork.class);

  /** Another node takes over so long after the last sign of life of the one that leads. */
  public static final Duration LEASE_TIME = Duration.ofSeconds(5);

  /** A round that takes longer may hang: another node takes over. */
  private static final Duration MAX_ROUND_TIME = Duration.ofMinutes(2);

  private static final Duration CLEANING = Duration.ofSeconds(30);
  private static final int DRAIN_PAGE = 10_000;
  private static final int MAX_PAGES = 100;

  /** After a long outage there are millions of rows; pushing must not wait for all of them. */
  private static final int MAX_DELETES = 10;

  /** Rows live a little longer than their tokens, so that clocks that differ do no harm. */
  private static final Duration RETENTION = Duration.ofSeconds(60);

  private final LedgerDatabase database;
  private final PendingEndings endings;
  private final RevocationPusher pusher;
  private final Completeness completeness;
  private final SwitchedRealms realms;
  private final Refresher refresher;
  private final RevocationObserver observer;
  private final RevocationMetrics metrics;

  private long cleanedAt;

  /** When the round that is under way began; null between two rounds, and on other nodes. */
  private volatile @Nullable Moment leadingSince;

  /**
   * With its collaborators.
   *
   * @param completeness has the lease of {@link #LEASE_TIME} of the node that does the work
   */
  public BackgroundWork(
      LedgerDatabase database,
      PendingEndings endings,
      RevocationPusher pusher,
      Completeness completeness,
      SwitchedRealms realms,
      Refresher refresher,
      RevocationObserver observer,
      RevocationMetrics metrics) {
    this.database = database;
    this.endings = endings;
    this.pusher = pusher;
    this.completeness = completeness;
    this.realms = realms;
    this.refresher = refresher;
    this.observer = observer;
    this.metrics = metrics;
  }

  /** One round; does nothing on a node that has not the lease. */
  public synchronized void round() throws SQLException {
    boolean leading = completeness.lease().acquire();
    metrics.leading(leading);
    if (leading) {
      leadingSince = moment();
      try {
        lead();
      } finally {
        leadingSince = null;
      }
    } else {
      completeness.forget();
    }
    metrics.roundCompleted(moment().millis());
  }

  private void lead() throws SQLException {
    realms.switchOn();
    if (layAndPush()) {
      // Only a later look at the endings tells whether Redis is complete again.
      layAndPush();
    }
    refresh();
    clean(moment().millis());
  }

  private void refresh() throws SQLException {
    if (!completeness.isSaid()) {
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
      completeUntil.ifPresent(this::tellObserver);
    } finally {
      // Whatever happened to the endings: what is revoked has to get to Redis.
      waits = drain(completeUntil);
    }
    return waits;
  }

  /** What the observer has been told of is complete whether or not Redis is there. */
  private void tellObserver(Moment completeUntil) {
    try {
      long until = completeUntil.millis() - Completeness.LAG;
      Map<String, Long> held = RealmTrouble.held(endings.troubles(), Completeness.LAG);
      database.run(c -> observer.complete(c, until, held));
      if (!completeness.hasRedis()) {
        metrics.completeUntil(until);
      }
    } catch (SQLException e) {
      LOG.warn(
          "The token status lists could not be confirmed. Applications stop relying on them when"
              + " they expire. The next round tries again. Check the database.",
          e);
    }
  }

  /**
   * Keeps what the last round has left while the next one is to come or takes long: what Redis says
   * of itself, and the lease. Called by a thread of its own.
   */
  public void keep() throws SQLException {
    Moment since = leadingSince;
    if (since != null && !since.plus(MAX_ROUND_TIME).isBefore(moment())) {
      completeness.lease().acquire();
    }
    completeness.keep();
  }

  /** Ends the work of this node, and lets another one take over at once. */
  public synchronized void finish() throws SQLException {
    round();
    completeness.keepAfterStop();
    completeness.lease().release();
  }

  private boolean drain(Optional<Moment> completeUntil) throws SQLException {
    if (!completeness.hasRedis()) {
      realms.switchOff(realms.all());
      return false;
    }
    boolean drained = false;
    boolean waits = false;
    if (completeness.isReachable()) {
      try {
        waits = completeness.look();
        int pages = 1;
        while (drainPage() && pages < MAX_PAGES) {
          pages++;
        }
        drained = true;
      } catch (RedisUnavailableException e) {
        // Reported by the connection; the next round tries again.
        completeness.noteMissedPush();
      }
    }
    SortedSet<String> epochs = completeness.epochs();
    Backlog backlog = database.call(c -> database.revoked().backlog(c, epochs, seconds()));
    metrics.backlog(backlog.count(), backlog.oldest());
    if (drained && backlog.count() == 0 && completeUntil.isPresent()) {
      Collection<Realm> told = realms.all();
      if (completeness.say(completeUntil.get(), told, endings.troubles())) {
        realms.switchOff(told);
      }
    }
    return waits && drained;
  }

  /** Whether there may be more. */
  private boolean drainPage() throws SQLException {
    SortedSet<String> epochs = completeness.epochs();
    List<RevokedToken> pending =
        database.call(c -> database.revoked().pending(c, epochs, seconds(), DRAIN_PAGE));
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
    return pending.size() == DRAIN_PAGE && epochs.containsAll(pushed.keySet());
  }

  private void clean(long now) throws SQLException {
    if (now - cleanedAt < CLEANING.toMillis()) {
      return;
    }
    cleanedAt = now;
    database.run(database.switches()::forgetRemoved);
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
    return completeness.now();
  }

  private long seconds() {
    return Math.floorDiv(moment().millis(), 1000L);
  }
}

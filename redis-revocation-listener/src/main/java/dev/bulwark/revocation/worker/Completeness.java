package dev.bulwark.revocation.worker;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.ledger.Lease;
import dev.bulwark.revocation.ledger.SwitchTable.Realm;
import dev.bulwark.revocation.metrics.RevocationMetrics;
import dev.bulwark.revocation.push.Epochs;
import dev.bulwark.revocation.push.MissedPushes;
import dev.bulwark.revocation.push.Watermark;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Says in Redis up to when its revocations are complete, and what differs in a realm. For one
 * thread at a time; {@link #keep}, {@link #introduce} and {@link #now} for any.
 */
public final class Completeness {

  private static final Logger LOG = Logger.getLogger(Completeness.class);

  /** Life of the watermark after a clean stop. */
  private static final Duration AFTER_STOP = Duration.ofHours(1);

  /**
   * How far the watermark lies behind the time up to which the endings are known to be laid over
   * the ledger, milliseconds: clocks of those who compare it with theirs differ a little.
   */
  static final long LAG = 1_500;

  private final Lease lease;
  private final RedisConnection redis;
  private final Epochs epochs;
  private final Watermark watermark;
  private final MissedPushes missedPushes;
  private final RevocationMetrics metrics;
  private final Clock clock;
  private final Duration life;
  private final RealmStates states = new RealmStates();
  private final WatermarkGate gate = new WatermarkGate();
  private final Rivals rivals = new Rivals();

  private SortedSet<String> currentEpochs = new TreeSet<>();
  private String leader = "";

  /** The term of the lease in which this node announced itself to Redis last; 0 for none. */
  private long announcedIn;

  /** Whether the watermark that Redis holds is still to be withdrawn. */
  private boolean withdraws;

  /** The watermark that Redis holds; null if it is not to be kept. */
  private volatile @Nullable Kept kept;

  /**
   * Nothing is known about Redis yet.
   *
   * @param lease of the node that may say it
   * @param life how long the watermark stays in Redis when this node does not renew it
   */
  public Completeness(
      Lease lease,
      RedisConnection redis,
      MissedPushes missedPushes,
      RevocationMetrics metrics,
      Clock clock,
      Duration life) {
    this.lease = lease;
    this.redis = redis;
    this.epochs = new Epochs(redis, metrics, clock);
    this.watermark = new Watermark(redis);
    this.missedPushes = missedPushes;
    this.metrics = metrics;
    this.clock = clock;
    this.life = life;
  }

  Lease lease() {
    return lease;
  }

  Moment now() {
    return new Moment(System.nanoTime(), clock.millis());
  }

  boolean hasRedis() {
    return redis.isConfigured();
  }

  boolean isReachable() {
    return redis.isAvailable();
  }

  /** The epochs of the nodes of Redis, as they were at the last look. */
  SortedSet<String> epochs() {
    return currentEpochs;
  }

  /** Whether Redis says that it is complete, and may. */
  boolean isSaid() {
    return kept != null;
  }

  /** This node does not lead. */
  void forget() {
    gate.forget();
    kept = null;
  }

  /** A revocation may not have got to Redis. */
  void noteMissedPush() {
    metrics.pushFailed();
    missedPushes.missed();
  }

  /**
   * Finds out what has happened to Redis; returns whether anything has.
   *
   * @throws RedisUnavailableException if it does not answer
   */
  boolean look() {
    long missed = missedPushes.count();
    currentEpochs = epochs.check();
    WatermarkGate.Finding finding = gate.see(missed, currentEpochs);
    boolean rival = rivals.present(now());
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
      announcedIn = 0;
      throw e;
    }
    withdraws = false;
    gate.openFrom(now());
    return true;
  }

  private void announce() {
    long term = lease.term();
    boolean wasLast = announcedIn != 0 && announcedIn == term;
    leader = lease.node() + ":" + UUID.randomUUID();
    Set<String> earlier = watermark.announce(leader, withdraws);
    boolean replaced = earlier.stream().anyMatch(other -> !other.startsWith(lease.node() + ":"));
    announcedIn = term;
    if (wasLast && replaced && rivals.seen(now())) {
      LOG.errorf(
          "Another Keycloak, with another database, writes its revocations to the same Redis under"
              + " the same keys (%s). Neither knows when Redis is complete, so neither confirms it,"
              + " and applications that fail closed accept no token. Give each installation a"
              + " prefix (spi-redis-connection--default--prefix) or a Redis of its own.",
          redis.key("revoked:*"));
    }
  }

  /**
   * Says it, unless something may have been missed.
   *
   * @param completeUntil begin of the round whose endings are all in Redis
   * @param realms all of them
   * @param troubles by the id of the realm
   * @return whether Redis has the states of these realms
   */
  boolean say(Moment completeUntil, Collection<Realm> realms, Map<String, RealmTrouble> troubles) {
    long missed = missedPushes.count();
    if (!gate.allows(Optional.of(completeUntil), missed) || rivals.present(now())) {
      return false;
    }
    Watermark.Value value =
        new Watermark.Value(leader, currentEpochs, completeUntil.millis() - LAG);
    Map<String, String> wanted = states.of(realms, troubles, LAG);
    try {
      boolean written = watermark.write(value, states.changes(wanted), life);
      if (written) {
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
      return written;
    } catch (RedisUnavailableException e) {
      // Reported by the connection; whoever reads the watermark sees it grow old.
      noteMissedPush();
      return false;
    }
  }

  /** Keeps what was said while the next round is to come or takes long. */
  synchronized void keep() {
    Kept held = kept;
    if (held == null || held.missed() != missedPushes.count() || !redis.isAvailable()) {
      return;
    }
    try {
      watermark.renew(held.value(), life);
    } catch (RedisUnavailableException e) {
      // Reported by the connection; the key's life ends.
      metrics.pushFailed();
    }
  }

  /**
   * Keeps it for an hour, so that a restart of a single node does not stop the applications; a node
   * that takes over shortens it. {@link #keep} does no more.
   */
  synchronized void keepAfterStop() {
    Kept held = kept;
    kept = null;
    if (held != null && held.missed() == missedPushes.count()) {
      watermark.renew(held.value(), AFTER_STOP);
    }
  }

  /**
   * Tells Redis of a realm that has just been made, on any node: the next round may come later than
   * its first login. Never throws.
   *
   * @param since when it was made, milliseconds since 1970
   */
  public void introduce(String realm, long since) {
    if (!redis.isAvailable()) {
      return;
    }
    try {
      watermark.introduce(realm, RealmStates.ofNewRealm(since));
    } catch (RedisUnavailableException e) {
      // Reported by the connection; the round after the outage writes it.
      metrics.pushFailed();
    }
  }

  /**
   * A watermark in Redis.
   *
   * @param missed number of {@link MissedPushes} when it was written
   */
  private record Kept(Watermark.Value value, long missed) {}
}

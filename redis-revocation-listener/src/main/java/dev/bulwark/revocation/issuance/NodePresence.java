package dev.bulwark.revocation.issuance;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Whether this node may issue tokens whose rows come later. It may while the others know that they
 * have to wait for it (it is busy), and only for a short while after its last beat: a node that was
 * asleep may have been taken for lost. Thread-safe.
 */
final class NodePresence {

  /** Well below {@link BeatWatch#LOST_AFTER}. */
  private static final Duration MAX_BEAT_AGE = Duration.ofSeconds(4);

  private final NodeName name;
  private final AtomicInteger unsettled = new AtomicInteger();
  private volatile boolean busy;
  private volatile boolean wanted;
  private volatile boolean beaten;
  private volatile long beatAt;
  private volatile @Nullable Thread writer;

  /**
   * Of a node.
   *
   * @param name changed when the database does not know it any more
   */
  NodePresence(NodeName name) {
    this.name = name;
  }

  /** The thread that makes the node busy when a token asks for it. */
  void writer(Thread thread) {
    writer = thread;
  }

  /** Begins a token whose row comes later; false if it may not. To be ended if true. */
  boolean begin() {
    // Counted first: a node that is about to be idle sees it, or it sees that the node is idle.
    unsettled.incrementAndGet();
    if (busy && beaten && System.nanoTime() - beatAt < MAX_BEAT_AGE.toNanos()) {
      return true;
    }
    unsettled.decrementAndGet();
    if (!busy && !wanted) {
      wanted = true;
      LockSupport.unpark(writer);
    }
    return false;
  }

  /** The token has its row, or is revoked. */
  void end() {
    unsettled.decrementAndGet();
  }

  /**
   * The database has taken a beat.
   *
   * @param nanos {@link System#nanoTime()} before it was asked
   */
  void beat(long nanos) {
    beatAt = nanos;
    beaten = true;
  }

  /**
   * The database does not know this node any more: it takes another name, under which it is not
   * busy.
   */
  synchronized void lost() {
    beaten = false;
    busy = false;
    // At last: who sees the new name sees that it is not busy.
    name.change();
  }

  /** Whether a token would have had its row written later. */
  boolean isWanted() {
    return wanted;
  }

  boolean isBusy() {
    return busy;
  }

  /**
   * The database says that the node is busy.
   *
   * @param as the name under which it says so
   * @return false if that is not its name any more: the node is not busy then
   */
  synchronized boolean becomeBusy(String as) {
    if (!as.equals(name.get())) {
      return false;
    }
    wanted = false;
    busy = true;
    return true;
  }

  /** Stays busy, and returns false, if a token is on its way; false as well if it was not busy. */
  synchronized boolean stopBeingBusy() {
    if (!busy) {
      // Lost meanwhile: tokens that are on their way do not make the new name busy.
      return false;
    }
    busy = false;
    if (unsettled.get() > 0) {
      busy = true;
      return false;
    }
    return true;
  }
}

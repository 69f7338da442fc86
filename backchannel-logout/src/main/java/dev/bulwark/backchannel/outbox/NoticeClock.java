package dev.bulwark.backchannel.outbox;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This node's clock, or the database's where that is behind. All nodes read the times that one of
 * them has written: a node whose clock is ahead would take new notices for old ones. The database's
 * time goes on with the JVM's timer between two comparisons. So a jump of the node's clock has no
 * effect. Thread-safe.
 */
public final class NoticeClock {

  private final LongSupplier own;
  private final LongSupplier timer;
  private volatile @Nullable Compared compared;

  private record Compared(long database, long nanos) {}

  /** Creates one that is the node's clock until it is compared. */
  public NoticeClock() {
    this(System::currentTimeMillis, System::nanoTime);
  }

  /**
   * With clocks.
   *
   * @param own of the node, epoch milliseconds
   * @param timer nanoseconds since any time
   */
  NoticeClock(LongSupplier own, LongSupplier timer) {
    this.own = own;
    this.timer = timer;
  }

  /** Returns the JVM's timer, for {@link #compare}. */
  public long nanos() {
    return timer.getAsLong();
  }

  /**
   * Notes the database's time.
   *
   * @param database epoch milliseconds
   * @param asked the timer before the database was asked
   */
  public void compare(long database, long asked) {
    compared = new Compared(database, asked);
  }

  /** Epoch milliseconds. */
  public long millis() {
    Compared known = compared;
    long time = own.getAsLong();
    return known == null
        ? time
        : Math.min(
            time, known.database + TimeUnit.NANOSECONDS.toMillis(timer.getAsLong() - known.nanos));
  }
}

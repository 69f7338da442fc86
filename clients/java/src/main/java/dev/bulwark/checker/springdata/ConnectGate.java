package dev.bulwark.checker.springdata;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;

/**
 * Lets one caller connect. The others wait for it and share its failure: a connection factory of
 * Lettuce connects under a lock, so that each of them would wait for the attempts of all before it.
 * Connections are numbered, so that who failed with one does not drop the next one. Thread-safe.
 */
final class ConnectGate {

  /** The number of no connection. */
  static final int NONE = 0;

  private final long longestAttempt;
  private final ReentrantLock connecting = new ReentrantLock();
  private final AtomicInteger broken = new AtomicInteger(NONE);
  private volatile int current = NONE;
  private volatile int failures;
  // Guarded by the lock.
  private int connections;
  private @Nullable RuntimeException failure;

  ConnectGate(Duration longestAttempt) {
    this.longestAttempt = longestAttempt.toNanos();
  }

  /**
   * Connects, unless there is a connection.
   *
   * @param connect fails by an exception
   * @return the number of the connection
   * @throws RuntimeException if neither this caller nor the one that it waited for could connect
   */
  int pass(Runnable connect) {
    int number = current;
    return number == NONE ? connectOrWait(connect) : number;
  }

  private int connectOrWait(Runnable connect) {
    int before = failures;
    try {
      if (!connecting.tryLock(longestAttempt, TimeUnit.NANOSECONDS)) {
        throw new QueryTimeoutException("Another thread is still connecting.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueryTimeoutException("Interrupted while another thread was connecting.", e);
    }
    try {
      if (current == NONE) {
        if (failures != before) {
          throw new RedisConnectionFailureException("Another thread could not connect.", failure);
        }
        connect(connect);
      }
      return current;
    } finally {
      connecting.unlock();
    }
  }

  private void connect(Runnable connect) {
    try {
      connect.run();
      connections++;
      current = connections;
    } catch (RuntimeException e) {
      // Whoever was interrupted found nothing out that others could share.
      if (!SpringDataFailures.isInterruption(e)) {
        failure = e;
        failures++;
      }
      throw e;
    }
  }

  /** A question has failed with the connection of this number. */
  void failed(int number) {
    broken.accumulateAndGet(number, Math::max);
  }

  /**
   * Drops the connection if a question has failed with it, so that the next caller connects. While
   * one connects, there is none.
   */
  void drop(Runnable reset) {
    if (isBroken() && connecting.tryLock()) {
      try {
        if (isBroken()) {
          current = NONE;
          reset.run();
        }
      } finally {
        connecting.unlock();
      }
    }
  }

  private boolean isBroken() {
    int number = current;
    return number != NONE && number == broken.get();
  }
}

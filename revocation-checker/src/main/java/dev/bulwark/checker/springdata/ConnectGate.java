package dev.bulwark.checker.springdata;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.QueryTimeoutException;
import org.springframework.data.redis.RedisConnectionFailureException;

/**
 * Lets one caller connect. The others wait for it and share its failure: a connection factory of
 * Lettuce connects under a lock, so that each of them would wait for the attempts of all before it.
 * Thread-safe.
 */
final class ConnectGate {

  private final long longestAttempt;
  private final ReentrantLock connecting = new ReentrantLock();
  private volatile boolean connected;
  private volatile int failures;
  private @Nullable RuntimeException failure;

  ConnectGate(Duration longestAttempt) {
    this.longestAttempt = longestAttempt.toNanos();
  }

  /**
   * Connects, unless there is a connection.
   *
   * @param connect fails by an exception
   * @throws RuntimeException if neither this caller nor the one that it waited for could connect
   */
  void pass(Runnable connect) {
    if (!connected) {
      connectOrWait(connect);
    }
  }

  private void connectOrWait(Runnable connect) {
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
      if (connected) {
        return;
      }
      if (failures != before) {
        throw new RedisConnectionFailureException("Another thread could not connect.", failure);
      }
      connect.run();
      connected = true;
    } catch (RuntimeException e) {
      if (failures == before) {
        failure = e;
        failures++;
      }
      throw e;
    } finally {
      connecting.unlock();
    }
  }

  /** Drops the connection, so that the next caller connects. While one connects, there is none. */
  void drop(Runnable reset) {
    if (connected && connecting.tryLock()) {
      try {
        connected = false;
        reset.run();
      } finally {
        connecting.unlock();
      }
    }
  }
}

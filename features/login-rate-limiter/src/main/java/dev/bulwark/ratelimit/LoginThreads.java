package dev.bulwark.ratelimit;

import java.util.HashMap;
import java.util.Map;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the worker threads that login attempts hold, whatever they do there: compute a hash, wait
 * for their turn to compute one, ask another system, or delay an answer. The rest of the server
 * goes on. An attempt that gets no thread does not wait, but is told to come again. Thread-safe.
 */
final class LoginThreads {

  /** Of all worker threads of the server. */
  private static final int SHARE = 4;

  private final int limit;
  private final Map<String, Integer> heldByAddress = new HashMap<>();
  private int held;

  /**
   * Bounds the threads of a pool.
   *
   * @param poolSize threads that the pool has at most, at least 1
   */
  LoginThreads(int poolSize) {
    this.limit = Math.max(1, poolSize / SHARE);
  }

  /** Bounds those of this server: {@code http-pool-max-threads}, as it has come out. */
  static LoginThreads ofServer() {
    return new LoginThreads(
        ConfigProvider.getConfig().getValue("quarkus.thread-pool.max-threads", Integer.class));
  }

  /** A thread that an attempt holds. For one thread. */
  final class Hold implements AutoCloseable {

    private final String address;
    private boolean open = true;

    private Hold(String address) {
      this.address = address;
    }

    @Override
    public void close() {
      if (open) {
        open = false;
        release(address);
      }
    }
  }

  /**
   * Takes the calling thread for an attempt.
   *
   * @param address where it comes from; any text
   * @param addressLimit most attempts of that address at the same time; 0 for any number
   * @return to be closed when the attempt is over; null where none is left
   */
  synchronized @Nullable Hold take(String address, int addressLimit) {
    int ofAddress = heldByAddress.getOrDefault(address, 0);
    if (held >= limit || (addressLimit > 0 && ofAddress >= addressLimit)) {
      return null;
    }
    held++;
    heldByAddress.put(address, ofAddress + 1);
    return new Hold(address);
  }

  private synchronized void release(String address) {
    held--;
    heldByAddress.computeIfPresent(address, (same, count) -> count == 1 ? null : count - 1);
  }

  /** Threads that attempts hold now. */
  synchronized int held() {
    return held;
  }

  /** Threads that attempts hold at most. */
  int limit() {
    return limit;
  }
}

package dev.bulwark.ratelimit;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the worker threads that login attempts hold, whatever they do there: compute a hash, wait
 * for their turn to compute one, ask another system, or delay an answer. The rest of the server
 * goes on. An attempt that gets no thread does not wait, but is told to come again. Thread-safe.
 */
final class LoginThreads {

  private final int limit;
  private final Map<String, Integer> heldByAddress = new HashMap<>();
  private int held;

  /**
   * A bound that nobody has reached yet.
   *
   * @param limit threads that attempts hold at most, at least 1
   */
  LoginThreads(int limit) {
    this.limit = limit;
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

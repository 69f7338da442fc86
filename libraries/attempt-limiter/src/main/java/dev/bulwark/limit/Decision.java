package dev.bulwark.limit;

/** Whether an attempt may go on. */
public sealed interface Decision {

  Decision GRANTED = new Granted(0);

  /**
   * The attempt holds a slot in every window of one of its pools.
   *
   * @param pool index of that pool
   */
  record Granted(int pool) implements Decision {}

  /**
   * No pool has room; the attempt holds no slot anywhere.
   *
   * @param waitMillis until the first of the pools has room again, at least 1
   * @param scope which of its windows is full; the one with the longest wait where several are
   * @param inFlight whether each full window of a pool holds an attempt whose outcome is still
   *     open, so that its slot may come back at any moment
   */
  record Refused(long waitMillis, Scope scope, boolean inFlight) implements Decision {

    /** For the header {@code Retry-After}: whole seconds, rounded up, at least 1. */
    public long retryAfterSeconds() {
      return Math.max(1, (waitMillis + 999) / 1000);
    }
  }
}

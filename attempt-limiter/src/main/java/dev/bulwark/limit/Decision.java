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
   * A window is full; the attempt holds no slot anywhere.
   *
   * @param waitMillis until the window has room again, at least 1
   * @param scope which window is full; the one with the longest wait where several are
   * @param inFlight whether every full window holds an attempt whose outcome is still open, so that
   *     its slot may come back at any moment
   */
  record Refused(long waitMillis, Scope scope, boolean inFlight) implements Decision {

    /** For the header {@code Retry-After}: whole seconds, rounded up, at least 1. */
    public long retryAfterSeconds() {
      return Math.max(1, (waitMillis + 999) / 1000);
    }
  }
}

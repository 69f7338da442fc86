package dev.bulwark.redis.limit;

/** Whether an attempt may go on. */
public sealed interface Decision {

  Decision GRANTED = new Granted();

  /** The attempt holds a slot in every window where it counts. */
  record Granted() implements Decision {}

  /**
   * A window is full; the attempt holds no slot anywhere.
   *
   * @param waitMillis until the window has room again, at least 1
   * @param scope which window is full; the one with the longer wait where both are
   */
  record Refused(long waitMillis, Scope scope) implements Decision {

    /** For the header {@code Retry-After}: whole seconds, rounded up, at least 1. */
    public long retryAfterSeconds() {
      return Math.max(1, (waitMillis + 999) / 1000);
    }
  }
}

package dev.bulwark.limit.quota;

/**
 * Whether a request is within its quota.
 *
 * @param granted whether the request was let through and counted
 * @param remaining requests that the window has left
 * @param resetMillis until the window ends, at least 1
 * @param first whether this is the first rejected request of its window, at any node
 */
public record QuotaDecision(boolean granted, int remaining, long resetMillis, boolean first) {

  /** For the headers {@code Retry-After} and {@code RateLimit}: whole seconds, rounded up. */
  public long resetSeconds() {
    return Math.max(1, (resetMillis + 999) / 1000);
  }
}

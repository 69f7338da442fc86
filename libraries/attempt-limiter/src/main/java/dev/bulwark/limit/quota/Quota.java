package dev.bulwark.limit.quota;

import java.time.Duration;

/**
 * How many requests are let through in one window. A window begins with its first request and ends
 * after its length, so it needs one counter, whatever the number of requests.
 *
 * @param requests at least 1
 * @param window at least 1 second
 */
public record Quota(int requests, Duration window) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException when a value is out of its range
   */
  public Quota {
    if (requests < 1 || window.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("a quota has at least 1 request and 1 second");
    }
  }
}

package dev.bulwark.apikey.key.limit;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import org.jspecify.annotations.Nullable;

/**
 * How many requests a key may make in one window. The window begins with its first request.
 *
 * @param requests 1 to {@value #MAX_REQUESTS}
 * @param seconds length of the window, 1 to {@value #MAX_SECONDS} (31 days)
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonPropertyOrder({"requests", "seconds"})
public record RateLimit(int requests, int seconds) {

  public static final int MAX_REQUESTS = 100_000_000;
  public static final int MAX_SECONDS = 2_678_400;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException telling what is allowed
   */
  public RateLimit {
    if (requests < 1 || requests > MAX_REQUESTS) {
      throw new IllegalArgumentException("requests must be 1 to " + MAX_REQUESTS);
    }
    if (seconds < 1 || seconds > MAX_SECONDS) {
      throw new IllegalArgumentException("seconds must be 1 to " + MAX_SECONDS);
    }
  }

  /**
   * Whether this limit lets nothing through that another would reject, whatever the moment: no more
   * requests, in a window that is not shorter.
   */
  public boolean isWithin(RateLimit other) {
    return requests <= other.requests && seconds >= other.seconds;
  }

  /** Whether a change of a key's own limit may let more through; null for no limit. */
  public static boolean widens(@Nullable RateLimit was, @Nullable RateLimit is) {
    return was != null && (is == null || !is.isWithin(was));
  }
}

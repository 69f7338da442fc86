package dev.bulwark.breached.range;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The range API gave no answer that can be relied on. */
public final class RangeUnavailableException extends Exception {

  private static final long serialVersionUID = 1L;

  /** Why there was no answer. */
  public enum Reason {
    /** No connection: name, network, proxy or TLS. */
    CONNECTION,
    /** The whole answer was not there in time. */
    TIMEOUT,
    /** Status 429. */
    RATE_LIMITED,
    /** Any other status than 200. */
    STATUS,
    /** Status 200 with something else than a range. */
    MALFORMED,
    /** Not asked, since it failed several times just before. */
    CIRCUIT_OPEN,
    /** The server is shutting down. */
    INTERRUPTED;

    /** Lower case with hyphens, for metrics and events. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private final Reason reason;
  private final transient @Nullable Duration retryAfter;

  RangeUnavailableException(Reason reason, String message) {
    this(reason, message, null, null);
  }

  RangeUnavailableException(
      Reason reason, String message, @Nullable Throwable cause, @Nullable Duration retryAfter) {
    super(message, cause);
    this.reason = reason;
    this.retryAfter = retryAfter;
  }

  public Reason reason() {
    return reason;
  }

  /** How long the service asked to be left alone, where it did. */
  Optional<Duration> retryAfter() {
    return Optional.ofNullable(retryAfter);
  }
}

package dev.bulwark.delivery;

import dev.bulwark.http.Backoff;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What became of one request. Immutable.
 *
 * @param kind whether the receiver has the message
 * @param reason for the log and the dead letter, without anything of the body
 * @param retryAfter what the receiver asks for in {@code Retry-After}; null for nothing
 */
public record Answer(Kind kind, String reason, @Nullable Duration retryAfter) {

  /** A broken receiver may put anything into its answer. Databases and logs cannot take it all. */
  public Answer {
    reason = reason.replaceAll("\\p{C}", "?");
  }

  /** The four outcomes. */
  public enum Kind {
    /** The receiver has the message. */
    DELIVERED,
    /** The answer may concern this message alone: 400, 413, 415 and 422. */
    REJECTED,
    /** The receiver fails at this message or altogether: 5xx but 503. */
    SERVER_ERROR,
    /**
     * No answer, or one that should concern every message: a wrong address, no access, overload.
     */
    UNREACHABLE
  }

  /**
   * Judges a status.
   *
   * @param retryAfter the header, seconds; null for none, and another form is as none
   */
  public static Answer of(int status, @Nullable String retryAfter) {
    return new Answer(kind(status), "status " + status, Backoff.asked(retryAfter));
  }

  /** No answer came. */
  public static Answer none(String reason) {
    return new Answer(Kind.UNREACHABLE, reason, null);
  }

  /** There is no request for the message. */
  public static Answer unsendable(String reason) {
    return new Answer(Kind.REJECTED, reason, null);
  }

  private static Kind kind(int status) {
    if (status >= 200 && status <= 299) {
      return Kind.DELIVERED;
    }
    return switch (status) {
      case 400, 413, 415, 422 -> Kind.REJECTED;
      case 503 -> Kind.UNREACHABLE;
      default -> status >= 500 ? Kind.SERVER_ERROR : Kind.UNREACHABLE;
    };
  }
}

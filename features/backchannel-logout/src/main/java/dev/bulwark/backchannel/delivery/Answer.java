package dev.bulwark.backchannel.delivery;

import dev.bulwark.http.Backoff;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Outcome of one request. Immutable.
 *
 * @param reason for the log and the administrator, without anything of the body
 * @param retryAfter what the receiver asks for in {@code Retry-After}; null for nothing
 */
record Answer(Kind kind, String reason, @Nullable Duration retryAfter) {

  /** The three outcomes. */
  enum Kind {
    /** The receiver has acknowledged the notice: a status in the 200s. */
    DELIVERED,
    /** The answer may concern this notice alone: 400, 413, 415, 422, 500 and 501. */
    REJECTED,
    /** No answer, or one that concerns every notice: a wrong address, no access, overload. */
    UNREACHABLE
  }

  /**
   * Returns the outcome that a status means.
   *
   * @param retryAfter the header, in seconds; null for none, and any other form counts as none
   */
  static Answer of(int status, @Nullable String retryAfter) {
    return new Answer(kind(status), "status " + status, Backoff.asked(retryAfter));
  }

  /** No answer came. */
  static Answer none(String reason) {
    return new Answer(Kind.UNREACHABLE, reason, null);
  }

  /** No answer came. The reason has nothing of what the receiver has sent. */
  static Answer none(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof ReceiverNetworks.RejectedException rejected) {
        return none(String.valueOf(rejected.getMessage()));
      }
      if (cause instanceof InterruptedIOException) {
        return none("no answer in time");
      }
      if (cause instanceof UnknownHostException) {
        return none("the host name is unknown");
      }
      if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
        return none("no connection");
      }
      if (cause instanceof SSLException) {
        return none("no TLS connection");
      }
    }
    return none("no valid answer");
  }

  /** There is no request for the notice. */
  static Answer unsendable(String reason) {
    return new Answer(Kind.REJECTED, reason, null);
  }

  private static Kind kind(int status) {
    if (status >= 200 && status <= 299) {
      return Kind.DELIVERED;
    }
    return switch (status) {
      case 400, 413, 415, 422, 500, 501 -> Kind.REJECTED;
      default -> Kind.UNREACHABLE;
    };
  }
}

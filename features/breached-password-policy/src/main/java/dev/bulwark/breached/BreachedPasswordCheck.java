package dev.bulwark.breached;

import dev.bulwark.breached.Verdict.Outcome;
import dev.bulwark.breached.Verdict.Source;
import dev.bulwark.breached.Verdict.Unreachable;
import dev.bulwark.breached.range.RangeClient;
import dev.bulwark.breached.range.RangeUnavailableException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a password may be used (spec P9). With the range API on, it alone decides while
 * it answers; the offline list decides where the API is off, or does not answer and {@link
 * UnreachablePolicy#OFFLINE_LIST} is set. Thread-safe.
 */
final class BreachedPasswordCheck {

  private static final Logger LOG = Logger.getLogger(BreachedPasswordCheck.class);

  private final @Nullable RangeClient online;
  private final OfflineList offline;
  private final UnreachablePolicy unreachablePolicy;
  private final BreachedPasswordMetrics metrics;

  /**
   * Creates a check.
   *
   * @param online null if the range API is not to be asked
   */
  BreachedPasswordCheck(
      @Nullable RangeClient online,
      OfflineList offline,
      UnreachablePolicy unreachablePolicy,
      BreachedPasswordMetrics metrics) {
    this.online = online;
    this.offline = offline;
    this.unreachablePolicy = unreachablePolicy;
    this.metrics = metrics;
  }

  /**
   * Checks a password.
   *
   * @param threshold the count from which on a password is refused, 1 to 65,535
   */
  Verdict check(String password, int threshold) {
    byte[] sha1 = sha1(password);
    Verdict verdict =
        online == null ? askOffline(sha1, threshold, null) : ask(online, sha1, threshold);
    metrics.checked(verdict);
    return verdict;
  }

  /** How often a password was seen, by the offline list; 0 to 65,535. */
  int offlineCount(String password) {
    return offline.count(sha1(password));
  }

  private Verdict ask(RangeClient client, byte[] sha1, int threshold) {
    try {
      RangeClient.Answer answer = client.count(sha1);
      return new Verdict(
          answer.count() >= threshold ? Outcome.BREACHED : Outcome.ACCEPTED,
          answer.origin() == RangeClient.Origin.CACHE ? Source.CACHE : Source.HIBP,
          null);
    } catch (RangeUnavailableException e) {
      Throwable cause = e.getCause();
      LOG.warnf(
          "Breached-password service %s gave no answer (%s: %s%s); applying '%s'",
          client.url().getHost(),
          e.reason().label(),
          e.getMessage(),
          cause == null ? "" : ", " + cause,
          unreachablePolicy.label());
      metrics.unreachable(e.reason(), unreachablePolicy);
      Unreachable unreachable = new Unreachable(e.reason(), unreachablePolicy);
      return switch (unreachablePolicy) {
        case OFFLINE_LIST -> askOffline(sha1, threshold, unreachable);
        case REJECT -> new Verdict(Outcome.UNCHECKED, Source.NONE, unreachable);
        case ACCEPT -> new Verdict(Outcome.ACCEPTED, Source.NONE, unreachable);
      };
    }
  }

  private Verdict askOffline(byte[] sha1, int threshold, @Nullable Unreachable unreachable) {
    return new Verdict(
        offline.count(sha1) >= threshold ? Outcome.BREACHED : Outcome.ACCEPTED,
        Source.OFFLINE_LIST,
        unreachable);
  }

  private static byte[] sha1(String password) {
    try {
      return MessageDigest.getInstance("SHA-1").digest(password.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }
}

package dev.bulwark.apikey.verify;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.AttemptIds;
import dev.bulwark.limit.Decision;
import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.Limits;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.limit.address.ClientAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Counts wrong keys per address in any minute: over all nodes, and on this node alone while Redis
 * is unreachable. A valid key never counts and costs no round trip. Safe for use by several
 * threads.
 */
public final class WrongKeyLimiter {

  /** Addresses that this node remembers. */
  public static final int MAX_ADDRESSES = 100_000;

  private static final Duration WINDOW = Duration.ofMinutes(1);

  private final Limits limits;
  private final SharedLimiter limiter;
  private final AttemptIds ids = new AttemptIds();

  /**
   * Makes a limiter.
   *
   * @param limit wrong keys per address and minute, 0 (any number) to {@value Limits#MOST}
   * @param limiter the windows
   */
  public WrongKeyLimiter(int limit, SharedLimiter limiter) {
    this.limits = new Limits(limit, 0, WINDOW);
    this.limiter = limiter;
  }

  /**
   * Seconds until the address may try another key that is not known to be good, as far as this node
   * knows; 0 if at once.
   */
  public long retryAfterSeconds(String realmId, @Nullable String address) {
    return seconds(limiter.check(key(realmId, address), limits));
  }

  /**
   * Counts a wrong key.
   *
   * @return seconds until the address may try another key where this one was beyond the limit: then
   *     nothing is to be told of it; else 0
   */
  public long wrong(String realmId, @Nullable String address) {
    Attempt attempt = new Attempt(ids.next(), key(realmId, address), null, limits);
    Decision here = limiter.takeLocally(attempt);
    return seconds(here instanceof Decision.Refused ? here : limiter.count(attempt));
  }

  /** Whether each node counts for itself, for Redis is away. */
  public boolean isAlone() {
    return limiter.isAlone();
  }

  private static String key(String realmId, @Nullable String address) {
    return new LimitKeys(realmId).ofApiKeys(ClientAddress.bucket(address));
  }

  private static long seconds(Decision decision) {
    return decision instanceof Decision.Refused refused ? refused.retryAfterSeconds() : 0;
  }
}

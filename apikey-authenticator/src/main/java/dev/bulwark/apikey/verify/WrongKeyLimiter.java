package dev.bulwark.apikey.verify;

import dev.bulwark.limit.Attempt;
import dev.bulwark.limit.AttemptIds;
import dev.bulwark.limit.Decision;
import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.Limits;
import dev.bulwark.limit.Pool;
import dev.bulwark.limit.Scope;
import dev.bulwark.limit.SharedLimiter;
import dev.bulwark.limit.Window;
import dev.bulwark.limit.address.ClientAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Counts wrong keys per address in any minute: over all nodes, and on this node alone while Redis
 * is unreachable. An IPv6 address counts with its /64, and with its /48 too: a tunnel broker gives
 * a /48 to anybody. A valid key never counts and costs no round trip. Safe for use by several
 * threads.
 */
public final class WrongKeyLimiter {

  /** Addresses that this node remembers. */
  public static final int MAX_ADDRESSES = 100_000;

  private static final Duration WINDOW = Duration.ofMinutes(1);

  /** How many times as many wrong keys a /48 of IPv6 may send as an address. */
  private static final int PER_NETWORK = 10;

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
    return seconds(limiter.check(attempt("", realmId, address)));
  }

  /**
   * Counts a wrong key.
   *
   * @return seconds until the address may try another key where this one was beyond the limit: then
   *     the caller does not learn whether it exists; else 0
   */
  public long wrong(String realmId, @Nullable String address) {
    Attempt attempt = attempt(ids.next(), realmId, address);
    Decision here = limiter.takeLocally(attempt);
    return seconds(here instanceof Decision.Refused ? here : limiter.count(attempt));
  }

  /** Whether each node counts separately, because Redis is unreachable. */
  public boolean isAlone() {
    return limiter.isAlone();
  }

  private Attempt attempt(String id, String realmId, @Nullable String address) {
    LimitKeys keys = new LimitKeys(realmId);
    List<Window> windows = new ArrayList<>(2);
    int limit = limits.perAddress();
    if (limit > 0) {
      String bucket = keys.ofApiKeys(ClientAddress.bucket(address));
      windows.add(new Window(bucket, limit, limits.window(), Scope.ADDRESS));
      String network = ClientAddress.network(address);
      if (network != null) {
        int most = Math.min(PER_NETWORK * limit, Limits.MAX_LIMIT);
        windows.add(new Window(keys.ofApiKeys(network), most, limits.window(), Scope.NETWORK));
      }
    }
    return new Attempt(id, List.of(Pool.of(windows)));
  }

  private static long seconds(Decision decision) {
    return decision instanceof Decision.Refused refused ? refused.retryAfterSeconds() : 0;
  }
}

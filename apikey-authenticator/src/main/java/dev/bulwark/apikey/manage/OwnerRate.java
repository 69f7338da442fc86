package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.key.limit.Allowance;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.limit.LimitKeys;
import dev.bulwark.limit.quota.Quota;
import dev.bulwark.limit.quota.QuotaDecision;
import dev.bulwark.limit.quota.QuotaLimiter;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.RealmModel;

/**
 * Limits the requests of owners about their own keys, and the keys that they make: over all nodes,
 * and on this node alone while Redis is unreachable. Thread-safe.
 */
public final class OwnerRate {

  /** Windows that this node remembers. */
  public static final int MAX_WINDOWS = 100_000;

  private static final int MINUTE = 60;
  private static final int HOUR = 3_600;

  private final @Nullable RateLimit requests;
  private final @Nullable RateLimit newKeys;
  private final QuotaLimiter limiter;
  private final Runnable rejected;

  /**
   * Counts in the windows of a limiter.
   *
   * @param config the rates
   * @param rejected runs for each request that is rejected
   */
  public OwnerRate(ApiKeyConfig config, QuotaLimiter limiter, Runnable rejected) {
    this.requests = limit(config.ownerRequestsPerMinute(), MINUTE);
    this.newKeys = limit(config.ownerNewKeysPerHour(), HOUR);
    this.limiter = limiter;
    this.rejected = rejected;
  }

  private static @Nullable RateLimit limit(int requests, int seconds) {
    return requests == 0 ? null : new RateLimit(requests, seconds);
  }

  /**
   * Counts a request of an owner about its own keys.
   *
   * @param event of the request, which is sent if this is the first one beyond the rate
   * @throws ApiKeyException of kind {@link ApiKeyException.Kind#SLOW_DOWN} beyond the rate
   */
  public void request(RealmModel realm, KeyOwner owner, Supplier<EventBuilder> event) {
    rejectIf(excessOfRequests(realm, owner, event));
  }

  /**
   * Counts a revocation as a request and lets it through: a key that has leaked must end.
   *
   * @param event as for {@link #request}
   */
  public void revocation(RealmModel realm, KeyOwner owner, Supplier<EventBuilder> event) {
    excessOfRequests(realm, owner, event);
  }

  /**
   * Counts a key that an owner is about to make, by a rotation too.
   *
   * @param event as for {@link #request}
   * @throws ApiKeyException of kind {@link ApiKeyException.Kind#SLOW_DOWN} beyond the rate
   */
  public void newKey(RealmModel realm, KeyOwner owner, Supplier<EventBuilder> event) {
    String window = new LimitKeys(realm.getId()).ofNewApiKeys(owner.type().id(), owner.id());
    rejectIf(excess("new-keys", newKeys, window, owner, event));
  }

  private @Nullable Allowance excessOfRequests(
      RealmModel realm, KeyOwner owner, Supplier<EventBuilder> event) {
    String window = new LimitKeys(realm.getId()).ofApiKeyOwner(owner.type().id(), owner.id());
    return excess("owner", requests, window, owner, event);
  }

  /** Counts a request, and returns the rate if it is used up. */
  private @Nullable Allowance excess(
      String policy,
      @Nullable RateLimit limit,
      String window,
      KeyOwner owner,
      Supplier<EventBuilder> event) {
    if (limit == null) {
      return null;
    }
    QuotaDecision taken =
        limiter.take(window, new Quota(limit.requests(), Duration.ofSeconds(limit.seconds())));
    if (taken.granted()) {
      return null;
    }
    if (taken.first()) {
      ApiKeyEvents.tooMany(event.get(), owner);
    }
    return new Allowance(policy, limit, taken.remaining(), taken.resetSeconds());
  }

  private void rejectIf(@Nullable Allowance usedUp) {
    if (usedUp != null) {
      rejected.run();
      throw ApiKeyException.tooMany(usedUp);
    }
  }

  /** Whether each node counts separately, because Redis is unreachable. */
  public boolean isAlone() {
    return limiter.isAlone();
  }
}

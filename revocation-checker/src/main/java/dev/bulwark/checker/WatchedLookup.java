package dev.bulwark.checker;

import java.time.Duration;

/** The token by EXISTS, perhaps from the near-cache; the watermark as last seen by a watch. */
final class WatchedLookup implements Lookup {

  private final Keys keys;
  private final Watch watch;
  private final long allowance;

  /**
   * A look-up.
   *
   * @param allowance by how much an answer may be older than the watermark that goes with it
   */
  WatchedLookup(Keys keys, Watch watch, Duration allowance) {
    this.keys = keys;
    this.watch = watch;
    this.allowance = allowance.toMillis();
  }

  @Override
  public Reading read(OpenRedis redis, String jti) {
    // The watermark first: it speaks of the time before the token is looked up.
    long completeUntil = watch.completeUntil(redis);
    boolean revoked = redis.client().exists(keys.revoked(jti));
    return new Reading(
        revoked, completeUntil == Reading.NEVER ? Reading.NEVER : completeUntil - allowance);
  }

  @Override
  public void close() {
    watch.close();
  }
}

package dev.bulwark.checker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The token by EXISTS, perhaps from the near-cache; the watermark as last seen by a watch. */
final class WatchedLookup implements Lookup {

  private final Keys keys;
  private final WatermarkPoller watch;
  private final PendingAnswers unconfirmed;
  private final long allowance;

  /**
   * A look-up.
   *
   * @param unconfirmed gets the answers that only the watch's next reading shows to be right
   * @param allowance by how much an answer may be older than the watermark that goes with it
   */
  WatchedLookup(Keys keys, WatermarkPoller watch, PendingAnswers unconfirmed, Duration allowance) {
    this.keys = keys;
    this.watch = watch;
    this.unconfirmed = unconfirmed;
    this.allowance = allowance.toMillis();
  }

  @Override
  public RedisAnswer read(RedisAccess redis, String jti, @Nullable String realm) {
    long losses = unconfirmed.losses();
    // The watermark first: it speaks of the time before the token is looked up.
    Watermarks watermarks = watch.seen(redis, realm);
    long completeUntil = watermarks.completeUntil();
    boolean revoked = redis.exists(keys.revoked(jti));
    RedisAnswer reading =
        RedisAnswer.of(
            jti,
            revoked,
            completeUntil == RedisAnswer.NEVER ? RedisAnswer.NEVER : completeUntil - allowance,
            realm == null ? null : watermarks.state(realm));
    if (!revoked) {
      unconfirmed.note(jti, reading, losses);
    }
    return reading;
  }

  @Override
  public boolean isProof(RedisAnswer reading) {
    return reading.revoked();
  }

  @Override
  public void close() {
    watch.close();
  }
}

package dev.bulwark.checker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Token and watermark by one MGET. Redis runs it atomically, so that no flush comes in between: an
 * emptied Redis never passes for one that knows the token to be good.
 */
final class SingleTripLookup implements Lookup {

  private final Keys keys;

  SingleTripLookup(Keys keys) {
    this.keys = keys;
  }

  @Override
  public RedisAnswer read(RedisAccess redis, String jti) {
    List<@Nullable String> values =
        redis.mget(List.of(keys.revoked(jti), keys.complete(), keys.since(keys.complete())));
    return new RedisAnswer(
        values.get(0) != null,
        RedisAnswer.completeUntil(values.get(1)),
        RedisAnswer.completeUntil(values.get(2)));
  }
}

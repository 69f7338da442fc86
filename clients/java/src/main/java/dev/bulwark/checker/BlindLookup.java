package dev.bulwark.checker;

import org.jspecify.annotations.Nullable;

/** The token alone: what Redis says is believed. */
final class BlindLookup implements Lookup {

  private final Keys keys;

  BlindLookup(Keys keys) {
    this.keys = keys;
  }

  @Override
  public RedisAnswer read(RedisAccess redis, String jti, @Nullable String realm) {
    boolean revoked = redis.exists(keys.revoked(jti));
    return new RedisAnswer(revoked, RedisAnswer.NEVER);
  }
}

package dev.bulwark.checker;

/** The token alone: what Redis says is believed. */
final class BlindLookup implements Lookup {

  private final Keys keys;

  BlindLookup(Keys keys) {
    this.keys = keys;
  }

  @Override
  public Reading read(RedisAccess redis, String jti) {
    return new Reading(redis.exists(keys.revoked(jti)), Reading.NEVER);
  }
}

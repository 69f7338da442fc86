package dev.bulwark.checker;

/** The token alone: what Redis says is believed. */
final class BlindLookup implements Lookup {

  private final Keys keys;

  BlindLookup(Keys keys) {
    this.keys = keys;
  }

  @Override
  public RedisAnswer read(RedisAccess redis, String jti) {
    return new RedisAnswer(redis.exists(keys.revoked(jti)), RedisAnswer.NEVER);
  }
}

package dev.bulwark.it.faults;

/** Redis as a relying application sees it. */
@FunctionalInterface
interface RedisView {

  /** Remaining life of a key in seconds, negative if it does not exist. */
  long ttl(String key);
}

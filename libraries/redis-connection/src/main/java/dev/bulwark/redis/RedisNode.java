package dev.bulwark.redis;

/**
 * A Redis server that takes writes.
 *
 * @param address host and port; for a single server or a Sentinel group a constant name, since only
 *     the role counts
 * @param slot a hash slot (0–16383) that the node serves; 0 outside a cluster
 */
public record RedisNode(String address, int slot) {

  /** The address of the only writable node outside a cluster. */
  public static final String SINGLE = "primary";
}

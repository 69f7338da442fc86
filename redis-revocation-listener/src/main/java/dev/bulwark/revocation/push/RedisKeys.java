package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisNode;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.util.JedisClusterCRC16;

/** Names of keys, without the configured prefix. */
public final class RedisKeys {

  /** Before the jti of a revoked token. A data format that others read. */
  public static final String REVOKED = "revoked:";

  /** Tells one life of a Redis node from the next. */
  static final String EPOCH = "revocation:epoch";

  /**
   * Holds the time up to which the revocations in a node are complete, milliseconds since 1970. A
   * data format that others read.
   */
  static final String COMPLETE = "revocation:complete";

  /**
   * Before the name of a realm: its state. A data format that others read, see {@code
   * docs/revocation/how-it-works.md}.
   */
  static final String REALM = "revocation:realm";

  /** Holds the names of the realms that have a state, one a line. */
  static final String REALMS = "revocation:realms";

  /** Names the node of Keycloak that may write {@link #COMPLETE}. */
  static final String LEADER = "revocation:leader";

  private RedisKeys() {}

  static String revoked(String jti) {
    return REVOKED + jti;
  }

  /** The epoch key of a node. */
  static String epoch(RedisNode node) {
    return onNode(EPOCH, node);
  }

  /** The key of a node with the time up to which it is complete. */
  static String complete(RedisNode node) {
    return onNode(COMPLETE, node);
  }

  /** The key of a node with the state of a realm. */
  static String state(RedisNode node, String realm) {
    return onNode(REALM, node) + ':' + realm;
  }

  /** The key of a node with the names of the realms that have a state. */
  static String realms(RedisNode node) {
    return onNode(REALMS, node);
  }

  /** The key of a node that names the leader. */
  static String leader(RedisNode node) {
    return onNode(LEADER, node);
  }

  /** In a cluster with a hash tag that the node's slots hold. */
  private static String onNode(String name, RedisNode node) {
    return node.address().equals(RedisNode.SINGLE) ? name : name + ":{" + tag(node.slot()) + "}";
  }

  /** The smallest number whose decimal text hashes to a slot. */
  private static int tag(int slot) {
    return Tags.OF_SLOT[slot];
  }

  /** Made at the first use in a cluster: about 150,000 hashes. */
  private static final class Tags {
    static final int[] OF_SLOT = new int[Protocol.CLUSTER_HASHSLOTS];

    static {
      boolean[] found = new boolean[OF_SLOT.length];
      int missing = OF_SLOT.length;
      for (int number = 0; missing > 0; number++) {
        int slot = JedisClusterCRC16.getSlot(Integer.toString(number));
        if (!found[slot]) {
          found[slot] = true;
          OF_SLOT[slot] = number;
          missing--;
        }
      }
    }
  }
}

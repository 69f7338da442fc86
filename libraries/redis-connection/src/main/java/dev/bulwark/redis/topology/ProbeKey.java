package dev.bulwark.redis.topology;

import redis.clients.jedis.params.SetParams;
import redis.clients.jedis.util.JedisClusterCRC16;

/** The key by which a node shows that it takes writes. It lives for a second. */
final class ProbeKey {

  static final String VALUE = "1";

  private static final String NAME = "bulwark:probe";
  private static final long EXPIRY_MILLIS = 1000;

  private ProbeKey() {}

  static SetParams life() {
    return SetParams.setParams().px(EXPIRY_MILLIS);
  }

  static String of(String prefix) {
    return prefix + NAME;
  }

  /** One that a hash slot of a cluster holds; about 16,000 hashes of short texts. */
  static String ofSlot(String prefix, int slot) {
    int tag = 0;
    while (JedisClusterCRC16.getSlot(Integer.toString(tag)) != slot) {
      tag++;
    }
    return of(prefix) + ":{" + tag + "}";
  }
}

package dev.bulwark.checker.jedis;

import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An open client. Its methods throw {@code JedisException}. */
interface Client {

  List<@Nullable String> mget(String[] keys);

  boolean exists(String key);

  /** Those of its connections, as far as it shows them. */
  Collection<?> pools();

  /** For each primary of the cluster the lowest slot that it serves. */
  List<Integer> lowestSlots();

  void clearNearCache();

  void close();
}

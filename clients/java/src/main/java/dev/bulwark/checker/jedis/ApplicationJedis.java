package dev.bulwark.checker.jedis;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.UnifiedJedis;

/**
 * A client of the application's own.
 *
 * @param jedis stays open
 */
record ApplicationJedis(UnifiedJedis jedis) implements Client {

  /** In Jedis 6 and 7, and in 7.2 and later: neither class is in all versions. */
  private static final List<String> CLUSTER_CLIENTS =
      List.of("redis.clients.jedis.JedisCluster", "redis.clients.jedis.RedisClusterClient");

  /** Checks the client. */
  ApplicationJedis {
    for (Class<?> type = jedis.getClass(); type != null; type = type.getSuperclass()) {
      if (CLUSTER_CLIENTS.contains(type.getName())) {
        throw new IllegalArgumentException("a cluster's client: use JedisAccess.cluster");
      }
    }
    if (jedis.getCache() != null) {
      throw new IllegalArgumentException(
          "a client with client-side caching: use JedisSettings.Builder.nearCacheSize");
    }
  }

  @Override
  public List<@Nullable String> mget(String[] keys) {
    return jedis.mget(keys);
  }

  @Override
  public boolean exists(String key) {
    return jedis.exists(key);
  }

  /** Only the clients of a single server show theirs, each version's by another class. */
  @Override
  public Collection<?> pools() {
    return Arrays.stream(jedis.getClass().getMethods())
        .filter(method -> method.getName().equals("getPool") && method.getParameterCount() == 0)
        .limit(1)
        .map(this::pool)
        .toList();
  }

  private Object pool(Method getPool) {
    try {
      return getPool.invoke(jedis);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("Jedis does not show its pool", e);
    }
  }

  @Override
  public List<Integer> lowestSlots() {
    throw new UnsupportedOperationException("not a cluster");
  }

  @Override
  public void clearNearCache() {}

  @Override
  public void close() {}
}

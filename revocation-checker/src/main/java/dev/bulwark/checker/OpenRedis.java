package dev.bulwark.checker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.csc.Cache;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.util.Pool;

/**
 * An open client.
 *
 * @param client runs the commands
 * @param connections behind the client; null if it is the app's own
 * @param nearCache of client-side caching; null if off
 */
record OpenRedis(
    UnifiedJedis client, @Nullable ConnectionProvider connections, @Nullable Cache nearCache) {

  /** Idle connections of before an outage are dead: one must not fail the next caller. */
  void dropIdleConnections() {
    for (Object pool : pools()) {
      if (pool instanceof Pool<?> connectionPool) {
        connectionPool.clear();
      }
    }
  }

  private Collection<?> pools() {
    if (connections != null) {
      return connections.getConnectionMap().values();
    }
    // The app's own client: only that of a single server shows its pool.
    return client instanceof RedisClient single ? List.of(single.getPool()) : List.of();
  }

  /**
   * For each primary of the cluster the lowest slot that it serves.
   *
   * @throws JedisClusterOperationException if a slot is not served
   */
  List<Integer> lowestSlots() {
    ClusterConnectionProvider cluster = (ClusterConnectionProvider) connections;
    Map<HostAndPort, Integer> lowest = new TreeMap<>(OpenRedis::compare);
    for (int slot = Protocol.CLUSTER_HASHSLOTS - 1; slot >= 0; slot--) {
      HostAndPort owner = cluster == null ? null : cluster.getNode(slot);
      if (owner == null) {
        throw new JedisClusterOperationException("No node serves slot " + slot + ".");
      }
      lowest.put(owner, slot);
    }
    return new ArrayList<>(lowest.values());
  }

  private static int compare(HostAndPort one, HostAndPort other) {
    int byHost = one.getHost().compareTo(other.getHost());
    return byHost != 0 ? byHost : Integer.compare(one.getPort(), other.getPort());
  }

  void close() {
    if (connections != null) {
      client.close();
    }
  }
}

package dev.bulwark.checker.jedis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.csc.Cache;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.executors.CommandExecutor;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.providers.ConnectionProvider;

/**
 * Connections that this library has opened. It runs commands by Jedis' executors, since no client
 * class of Jedis is in 6, 7 and 8 alike.
 *
 * @param executor runs commands; closing it closes the connections
 * @param commands of the topology
 * @param connections behind the executor
 * @param nearCache of client-side caching; null if off
 */
record OpenJedis(
    CommandExecutor executor,
    Commands commands,
    ConnectionProvider connections,
    @Nullable Cache nearCache)
    implements Client {

  @Override
  public List<@Nullable String> mget(String[] keys) {
    return executor.executeCommand(commands.mget(keys));
  }

  @Override
  public boolean exists(String key) {
    return executor.executeCommand(commands.exists(key));
  }

  @Override
  public Collection<?> pools() {
    return connections.getConnectionMap().values();
  }

  @Override
  public void clearNearCache() {
    if (nearCache != null) {
      nearCache.flush();
    }
  }

  @Override
  public List<Integer> lowestSlots() {
    ClusterConnectionProvider cluster = (ClusterConnectionProvider) connections;
    Map<HostAndPort, Integer> lowest = new TreeMap<>(OpenJedis::compare);
    for (int slot = Protocol.CLUSTER_HASHSLOTS - 1; slot >= 0; slot--) {
      HostAndPort owner = cluster.getNode(slot);
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

  @Override
  public void close() {
    try {
      executor.close();
    } catch (Exception e) {
      throw new IllegalStateException("Jedis does not close its connections", e);
    }
  }
}

package dev.bulwark.redis.topology;

import dev.bulwark.redis.RedisNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisClusterOperationException;
import redis.clients.jedis.providers.ClusterConnectionProvider;
import redis.clients.jedis.util.JedisClusterCRC16;

/**
 * A Redis Cluster. Pipelines go to one shard each: Jedis's own cluster pipeline swallows a lost
 * connection, which would pass for a success.
 */
final class ClusterTopology implements RedisTopology {

  private final UnifiedJedis client;
  private final ClusterConnectionProvider connections;
  private final String prefix;
  private final Map<Integer, String> probeKeys = new ConcurrentHashMap<>();

  ClusterTopology(UnifiedJedis client, ClusterConnectionProvider connections, String prefix) {
    this.client = client;
    this.connections = connections;
    this.prefix = prefix;
  }

  @Override
  public UnifiedJedis client() {
    return client;
  }

  @Override
  public List<RedisNode> nodes() {
    // The lowest slot of each, so that a node keeps its RedisNode while its slots do not move.
    Map<String, Integer> lowestSlots = new TreeMap<>();
    for (int slot = Protocol.CLUSTER_HASHSLOTS - 1; slot >= 0; slot--) {
      lowestSlots.put(owner(slot).toString(), slot);
    }
    List<RedisNode> nodes = new ArrayList<>();
    lowestSlots.forEach((address, slot) -> nodes.add(new RedisNode(address, slot)));
    return nodes;
  }

  @Override
  public <T> Map<RedisNode, List<T>> route(Collection<T> items, Function<T, String> key) {
    if (items.isEmpty()) {
      return Map.of();
    }
    Map<String, RedisNode> byAddress = new HashMap<>();
    for (RedisNode node : nodes()) {
      byAddress.put(node.address(), node);
    }
    Map<RedisNode, List<T>> routed = new LinkedHashMap<>();
    for (T item : items) {
      HostAndPort owner = owner(JedisClusterCRC16.getSlot(key.apply(item)));
      RedisNode node = byAddress.get(owner.toString());
      if (node == null) {
        throw new JedisClusterOperationException("The cluster's slots moved during routing.");
      }
      routed.computeIfAbsent(node, n -> new ArrayList<>()).add(item);
    }
    return routed;
  }

  /** A cluster has one database. */
  @Override
  public int database() {
    return 0;
  }

  @Override
  public @Nullable HostAndPort server(@Nullable RedisNode node) {
    return node == null ? null : HostAndPort.from(node.address());
  }

  @Override
  public AbstractPipeline open(RedisNode node) {
    return new Pipeline(connections.getConnectionFromSlot(node.slot()), true);
  }

  @Override
  public void check() {
    for (RedisNode node : nodes()) {
      String key = probeKeys.computeIfAbsent(node.slot(), slot -> ProbeKey.ofSlot(prefix, slot));
      try (AbstractPipeline pipeline = open(node)) {
        Response<String> set = pipeline.set(key, ProbeKey.VALUE, ProbeKey.life());
        pipeline.sync();
        set.get();
      }
    }
  }

  @Override
  public void reset() {
    connections.getNodes().values().forEach(pool -> pool.clear());
    connections.renewSlotCache();
  }

  @Override
  public void close() {
    client.close();
  }

  private HostAndPort owner(int slot) {
    HostAndPort owner = connections.getNode(slot);
    if (owner == null) {
      throw new JedisClusterOperationException("No node serves slot " + slot + ".");
    }
    return owner;
  }
}

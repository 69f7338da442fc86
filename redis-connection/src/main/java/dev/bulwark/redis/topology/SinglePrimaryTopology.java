package dev.bulwark.redis.topology;

import dev.bulwark.redis.RedisNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.util.Pool;

/** One server, or the primary that the Sentinels name. */
final class SinglePrimaryTopology implements RedisTopology {

  private static final RedisNode NODE = new RedisNode(RedisNode.SINGLE, 0);

  private final UnifiedJedis client;
  private final ConnectionProvider connections;
  private final String probeKey;

  SinglePrimaryTopology(UnifiedJedis client, ConnectionProvider connections, String prefix) {
    this.client = client;
    this.connections = connections;
    this.probeKey = ProbeKey.of(prefix);
  }

  @Override
  public UnifiedJedis client() {
    return client;
  }

  @Override
  public List<RedisNode> nodes() {
    return List.of(NODE);
  }

  @Override
  public <T> Map<RedisNode, List<T>> route(Collection<T> items, Function<T, String> key) {
    return items.isEmpty() ? Map.of() : Map.of(NODE, List.copyOf(items));
  }

  @Override
  public AbstractPipeline open(RedisNode node) {
    return client.pipelined();
  }

  @Override
  public void check() {
    client.set(probeKey, ProbeKey.VALUE, ProbeKey.life());
  }

  @Override
  public void reset() {
    // Idle connections of before the outage are dead: one must not fail the next caller.
    for (Object pool : connections.getConnectionMap().values()) {
      if (pool instanceof Pool<?> connectionPool) {
        connectionPool.clear();
      }
    }
  }

  @Override
  public void close() {
    client.close();
  }
}

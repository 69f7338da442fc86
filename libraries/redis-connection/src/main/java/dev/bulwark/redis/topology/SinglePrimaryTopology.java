package dev.bulwark.redis.topology;

import dev.bulwark.redis.RedisNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.util.Pool;

/** One server, or the primary that the Sentinels name. */
final class SinglePrimaryTopology implements RedisTopology {

  private static final RedisNode NODE = new RedisNode(RedisNode.SINGLE, 0);

  private final UnifiedJedis client;
  private final ConnectionProvider connections;
  private final Supplier<@Nullable HostAndPort> primary;
  private final int database;
  private final String probeKey;

  /**
   * Over an open client.
   *
   * @param primary the server that is the primary now
   */
  SinglePrimaryTopology(
      UnifiedJedis client,
      ConnectionProvider connections,
      Supplier<@Nullable HostAndPort> primary,
      int database,
      String prefix) {
    this.client = client;
    this.connections = connections;
    this.primary = primary;
    this.database = database;
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
  public int database() {
    return database;
  }

  @Override
  public @Nullable HostAndPort server(@Nullable RedisNode node) {
    return primary.get();
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

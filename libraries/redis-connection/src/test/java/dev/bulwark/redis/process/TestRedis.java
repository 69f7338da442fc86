package dev.bulwark.redis.process;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import dev.bulwark.redis.RedisOperation;
import dev.bulwark.redis.RedisStatus;
import dev.bulwark.redis.RedisUnavailableException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/** A connection to a real, single Redis, without the circuit of the bundle's own. */
public record TestRedis(UnifiedJedis client, String prefix) implements RedisConnection {

  private static final RedisNode NODE = new RedisNode(RedisNode.SINGLE, 0);

  @Override
  public String key(String name) {
    return prefix + name;
  }

  @Override
  public boolean isConfigured() {
    return true;
  }

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public RedisStatus status() {
    return new RedisStatus(true, Instant.EPOCH, null, null);
  }

  @Override
  public long outages() {
    return 0;
  }

  @Override
  public <T> T call(RedisOperation operation, Function<UnifiedJedis, T> commands) {
    try {
      return commands.apply(client);
    } catch (JedisException e) {
      throw new RedisUnavailableException("Redis is away", e);
    }
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
  public <T> T pipeline(RedisNode node, Function<AbstractPipeline, T> job) {
    try (AbstractPipeline pipeline = client.pipelined()) {
      return job.apply(pipeline);
    } catch (JedisException e) {
      throw new RedisUnavailableException("Redis is away", e);
    }
  }
}

package dev.bulwark.redis.process;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
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

/** A connection to a real Redis, without the circuit of the bundle's own. */
public record TestRedis(UnifiedJedis client, String prefix) implements RedisConnection {

  @Override
  public String key(String name) {
    return prefix + name;
  }

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public RedisStatus status() {
    return new RedisStatus(true, Instant.EPOCH, null);
  }

  @Override
  public <T> T call(Function<UnifiedJedis, T> commands) {
    try {
      return commands.apply(client);
    } catch (JedisException e) {
      throw new RedisUnavailableException("Redis is away", e);
    }
  }

  @Override
  public List<RedisNode> nodes() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> Map<RedisNode, List<T>> route(Collection<T> items, Function<T, String> key) {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T pipeline(RedisNode node, Function<AbstractPipeline, T> job) {
    throw new UnsupportedOperationException();
  }
}

package dev.bulwark.redis.topology;

import dev.bulwark.redis.RedisNode;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;

/** An open client and what depends on the topology behind it. Thread-safe. */
public interface RedisTopology extends AutoCloseable {

  UnifiedJedis client();

  List<RedisNode> nodes();

  <T> Map<RedisNode, List<T>> route(Collection<T> items, Function<T, String> key);

  /** Number of the database that commands use. */
  int database();

  /**
   * Where commands go, as far as that is known without asking; costs nothing. Null where the key of
   * a command decides.
   *
   * @param node that takes the commands; null if they name none
   */
  @Nullable HostAndPort server(@Nullable RedisNode node);

  /** A pipeline on a connection of the node; closing it gives the connection back. */
  AbstractPipeline open(RedisNode node);

  /**
   * Makes every writable node take a short-lived key: a node can answer and yet refuse writes (out
   * of memory, a replica, too few replicas).
   *
   * @throws redis.clients.jedis.exceptions.JedisException if one does not
   */
  void check();

  /** Forgets connections and addresses of before an outage. */
  void reset();

  @Override
  void close();
}

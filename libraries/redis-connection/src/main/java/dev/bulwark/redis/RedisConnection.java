package dev.bulwark.redis;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import redis.clients.jedis.UnifiedJedis;

/**
 * The configured Redis, whatever its topology. Thread-safe.
 *
 * <p>Every method that talks to Redis is guarded by a circuit: after a failure no further call goes
 * to the network until a background probe has had an answer, so that an outage costs a caller one
 * time-out at most and usually nothing.
 */
public interface RedisConnection {

  /** The key with the configured prefix in front. */
  String key(String name);

  /**
   * Whether a Redis is configured. Where none is, every call fails at once. That is no outage: what
   * would use Redis does without.
   */
  boolean isConfigured();

  /** Whether the last contact succeeded; costs nothing. */
  boolean isAvailable();

  /** Whether there should be a Redis that cannot be used now; costs nothing. */
  default boolean isAway() {
    return isConfigured() && !isAvailable();
  }

  /** What is known about the connection; costs nothing. */
  RedisStatus status();

  /**
   * Returns how often Redis has gone away since the start; costs nothing. If the number is the same
   * at two times and Redis was available at the first, it was available at every time in between.
   */
  long outages();

  /**
   * Runs commands with the shared client.
   *
   * @param operation what they are, for traces
   * @throws RedisUnavailableException if Redis does not answer, refuses service or is known to be
   *     away
   */
  <T> T call(RedisOperation operation, Function<UnifiedJedis, T> commands);

  /**
   * The nodes that take writes: one, or one for each shard of a cluster.
   *
   * @throws RedisUnavailableException if they cannot be found out
   */
  List<RedisNode> nodes();

  /**
   * Sorts items by the node that holds their key.
   *
   * @param key gives the full key (prefix included) of an item
   * @throws RedisUnavailableException if the nodes cannot be found out
   */
  <T> Map<RedisNode, List<T>> route(Collection<T> items, Function<T, String> key);

  /**
   * Runs a job on one node in a pipeline. The job adds commands, calls {@code sync()} and reads the
   * responses.
   *
   * @throws RedisUnavailableException if the node does not answer, refuses service or is known to
   *     be away; some of the commands may have had their effect
   */
  <T> T pipeline(RedisNode node, Function<redis.clients.jedis.AbstractPipeline, T> job);
}

package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;

/**
 * What Redis says about its revocations. Reads and changes nothing. Thread-safe.
 *
 * @param epochs those of its nodes; empty where Redis was emptied
 * @param completeUntil up to when its revocations are complete, milliseconds since 1970; 0 if it
 *     does not say
 */
public record FeedState(SortedSet<String> epochs, long completeUntil) {

  /**
   * Asks every node.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if a node does not answer
   */
  public static FeedState read(RedisConnection redis) {
    SortedSet<String> epochs = new TreeSet<>();
    long completeUntil = Long.MAX_VALUE;
    for (RedisNode node : redis.nodes()) {
      FeedState state =
          redis.pipeline(
              node,
              pipeline -> {
                Response<String> epoch = pipeline.get(redis.key(RedisKeys.epoch(node)));
                Response<String> complete = pipeline.get(redis.key(RedisKeys.complete(node)));
                pipeline.sync();
                return of(epoch.get(), complete.get());
              });
      epochs.addAll(state.epochs());
      completeUntil = Math.min(completeUntil, state.completeUntil());
    }
    return new FeedState(epochs, completeUntil == Long.MAX_VALUE ? 0 : completeUntil);
  }

  static FeedState of(@Nullable String epoch, @Nullable String complete) {
    SortedSet<String> epochs = new TreeSet<>();
    Epochs.Value value = Epochs.Value.parse(epoch);
    if (value != null) {
      epochs.add(value.epoch());
    }
    boolean number = complete != null && complete.matches("[0-9]{1,18}");
    return new FeedState(epochs, number ? Long.parseLong(complete) : 0);
  }
}

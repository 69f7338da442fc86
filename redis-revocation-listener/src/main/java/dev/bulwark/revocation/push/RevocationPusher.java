package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.rules.RevokedToken;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;
import redis.clients.jedis.args.ExpiryOption;
import redis.clients.jedis.params.SetParams;

/**
 * Writes revoked tokens to Redis. A key is never given a shorter life than it has, so pushing twice
 * or in any order is harmless. Thread-safe.
 */
public final class RevocationPusher {

  private static final String VALUE = "1";
  private static final int PIPELINE = 1000;

  private final RedisConnection redis;

  /** Over a connection. */
  public RevocationPusher(RedisConnection redis) {
    this.redis = redis;
  }

  /**
   * Pushes tokens.
   *
   * <p>The epoch of a node is read after the tokens have been written, in the same pipeline: if the
   * node had been emptied in between, the epoch would be gone. So a token that is reported under an
   * epoch is there for as long as the node keeps that epoch.
   *
   * @return for each epoch the tokens that were pushed in it; those pushed to a node that has no
   *     epoch yet are missing
   * @throws RedisUnavailableException if not all could be pushed; some may have been
   */
  public Map<String, List<RevokedToken>> push(Collection<RevokedToken> tokens) {
    Map<String, List<RevokedToken>> pushed = new LinkedHashMap<>();
    Function<RevokedToken, String> key = t -> redis.key(RedisKeys.revoked(t.jti()));
    redis
        .route(tokens, key)
        .forEach(
            (node, routed) -> {
              for (int from = 0; from < routed.size(); from += PIPELINE) {
                List<RevokedToken> chunk =
                    routed.subList(from, Math.min(from + PIPELINE, routed.size()));
                String epoch = pushTo(node, chunk, key);
                if (epoch != null) {
                  pushed.computeIfAbsent(epoch, e -> new ArrayList<>()).addAll(chunk);
                }
              }
            });
    return pushed;
  }

  private @Nullable String pushTo(
      RedisNode node, List<RevokedToken> tokens, Function<RevokedToken, String> key) {
    Optional<String> epoch =
        redis.pipeline(
            node,
            pipeline -> {
              List<Response<?>> responses = new ArrayList<>();
              for (RevokedToken token : tokens) {
                String name = key.apply(token);
                long expiry = token.expiresAt();
                responses.add(pipeline.set(name, VALUE, SetParams.setParams().nx().exAt(expiry)));
                responses.add(pipeline.expireAt(name, expiry, ExpiryOption.GT));
              }
              Response<String> stored = pipeline.get(redis.key(RedisKeys.epoch(node)));
              pipeline.sync();
              // A refused command shows only when its response is read.
              responses.forEach(Response::get);
              return Optional.ofNullable(Epochs.Value.parse(stored.get())).map(Epochs.Value::epoch);
            });
    return epoch.orElse(null);
  }
}

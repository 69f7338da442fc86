package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.rules.RevokedToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.SetParams;

/**
 * Writes revoked tokens to Redis. A key is never given a shorter life than it has, so pushing twice
 * or in any order is harmless. Thread-safe.
 */
public final class RevocationPusher {

  private static final String VALUE = "1";
  private static final int PIPELINE = 1000;

  /** TTL of a key that does not exist. */
  private static final long GONE = -2;

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
              List<Response<String>> written = new ArrayList<>(tokens.size());
              for (RevokedToken token : tokens) {
                written.add(
                    pipeline.set(
                        key.apply(token),
                        VALUE,
                        SetParams.setParams().nx().exAt(token.expiresAt())));
              }
              Response<String> stored = pipeline.get(redis.key(RedisKeys.epoch(node)));
              pipeline.sync();
              List<RevokedToken> known = new ArrayList<>();
              for (int i = 0; i < written.size(); i++) {
                // A refused command shows only when its response is read.
                if (written.get(i).get() == null) {
                  known.add(tokens.get(i));
                }
              }
              lengthen(pipeline, known, key);
              return Optional.ofNullable(Epochs.Value.parse(stored.get())).map(Epochs.Value::epoch);
            });
    return epoch.orElse(null);
  }

  /**
   * Gives keys that were there already the token's remaining life if theirs is shorter. Redis 7 has
   * an option of EXPIREAT for it; this does with 6.2.
   */
  private static void lengthen(
      AbstractPipeline pipeline, List<RevokedToken> known, Function<RevokedToken, String> key) {
    if (known.isEmpty()) {
      return;
    }
    List<Response<Long>> lives =
        known.stream().map(token -> pipeline.ttl(key.apply(token))).toList();
    pipeline.sync();
    long now = Instant.now().getEpochSecond();
    List<Response<?>> changes = new ArrayList<>();
    for (int i = 0; i < lives.size(); i++) {
      RevokedToken token = known.get(i);
      long life = lives.get(i).get();
      if (life == GONE) {
        changes.add(
            pipeline.set(
                key.apply(token), VALUE, SetParams.setParams().nx().exAt(token.expiresAt())));
      } else if (life >= 0 && now + life + 1 < token.expiresAt()) {
        changes.add(pipeline.expireAt(key.apply(token), token.expiresAt()));
      }
    }
    if (!changes.isEmpty()) {
      pipeline.sync();
      changes.forEach(Response::get);
    }
  }
}

package dev.bulwark.revocation.push;

import dev.bulwark.redis.RedisConnection;
import dev.bulwark.redis.RedisNode;
import dev.bulwark.redis.RedisUnavailableException;
import dev.bulwark.revocation.rules.RevokedToken;
import dev.bulwark.trace.Spans;
import dev.bulwark.trace.TraceSpan;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.Response;
import redis.clients.jedis.params.SetParams;

/**
 * Writes revoked tokens to Redis. A key is never given a shorter life than it has, so pushing twice
 * or in any order is harmless. Thread-safe.
 *
 * <p>A key gets the token's remaining life, not the time of its end: so Redis' own clock does not
 * matter. A grace on top of it makes up for clocks of nodes and applications that differ.
 */
public final class RevocationPusher {

  private static final String VALUE = "1";
  private static final int PIPELINE = 1000;

  /** TTL of a key that does not exist. */
  private static final long GONE = -2;

  private final RedisConnection redis;
  private final Clock clock;
  private final Duration grace;
  private final Spans spans;

  /**
   * Over a connection.
   *
   * @param grace how much longer a key stays than its token lives
   * @param spans for a span of each push
   */
  public RevocationPusher(RedisConnection redis, Clock clock, Duration grace, Spans spans) {
    this.redis = redis;
    this.clock = clock;
    this.grace = grace;
    this.spans = spans;
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
    try (TraceSpan span = spans.begin("push revocations")) {
      span.set("bulwark.revocation.tokens", tokens.size());
      try {
        return pushTraced(tokens);
      } catch (RedisUnavailableException e) {
        span.failed("redis_unavailable");
        throw e;
      }
    }
  }

  private Map<String, List<RevokedToken>> pushTraced(Collection<RevokedToken> tokens) {
    Map<String, List<RevokedToken>> pushed = new LinkedHashMap<>();
    Function<RevokedToken, String> key = t -> redis.key(RedisKeys.revoked(t.jti()));
    redis
        .route(tokens, key)
        .forEach(
            (node, routed) -> {
              for (int from = 0; from < routed.size(); from += PIPELINE) {
                List<RevokedToken> chunk =
                    routed.subList(from, Math.min(from + PIPELINE, routed.size()));
                String epoch = pushTo(node, chunk, key).epoch();
                if (epoch != null) {
                  pushed.computeIfAbsent(epoch, e -> new ArrayList<>()).addAll(chunk);
                }
              }
            });
    return pushed;
  }

  /**
   * Pushes tokens that have been pushed before, in case Redis has lost one.
   *
   * @return how many were not there
   * @throws RedisUnavailableException if not all could be pushed; some may have been
   */
  public int restore(Collection<RevokedToken> tokens) {
    Function<RevokedToken, String> key = t -> redis.key(RedisKeys.revoked(t.jti()));
    return redis.route(tokens, key).entrySet().stream()
        .mapToInt(routed -> pushTo(routed.getKey(), routed.getValue(), key).added())
        .sum();
  }

  private Written pushTo(
      RedisNode node, List<RevokedToken> tokens, Function<RevokedToken, String> key) {
    return redis.pipeline(
        node,
        pipeline -> {
          List<Response<String>> written = new ArrayList<>(tokens.size());
          for (RevokedToken token : tokens) {
            written.add(pipeline.set(key.apply(token), VALUE, life(token).nx()));
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
          Epochs.Value epoch = Epochs.Value.parse(stored.get());
          return new Written(epoch == null ? null : epoch.epoch(), tokens.size() - known.size());
        });
  }

  /** Gives keys that were there already the token's remaining life if theirs is shorter. */
  private void lengthen(
      AbstractPipeline pipeline, List<RevokedToken> known, Function<RevokedToken, String> key) {
    if (known.isEmpty()) {
      return;
    }
    List<Response<Long>> lives =
        known.stream().map(token -> pipeline.ttl(key.apply(token))).toList();
    pipeline.sync();
    List<Response<?>> changes = new ArrayList<>();
    for (int i = 0; i < lives.size(); i++) {
      RevokedToken token = known.get(i);
      long life = lives.get(i).get();
      if (life == GONE || life >= 0 && life + 1 < seconds(token)) {
        changes.add(pipeline.set(key.apply(token), VALUE, life(token)));
      }
    }
    if (!changes.isEmpty()) {
      pipeline.sync();
      changes.forEach(Response::get);
    }
  }

  private SetParams life(RevokedToken token) {
    return SetParams.setParams().ex(seconds(token));
  }

  private long seconds(RevokedToken token) {
    long now = Math.floorDiv(clock.millis(), 1000L);
    return Math.max(1, token.expiresAt() - now + grace.toSeconds());
  }

  /**
   * What came of a push to a node.
   *
   * @param epoch in which the tokens are there; null if the node has none
   * @param added number of keys that were not there
   */
  private record Written(@Nullable String epoch, int added) {}
}

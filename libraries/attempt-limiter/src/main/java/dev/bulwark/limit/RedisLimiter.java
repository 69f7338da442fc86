package dev.bulwark.limit;

import dev.bulwark.limit.script.Script;
import dev.bulwark.redis.RedisConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts the attempts of all nodes in Redis: a sorted set for each key, whose members are attempts
 * and whose scores are the time of Redis, so the clocks of the nodes do not matter. Thread-safe.
 *
 * <p>One script, one round trip; the keys of an attempt share a hash tag, so the script also works
 * in a Redis Cluster.
 */
public final class RedisLimiter {

  private final RedisConnection redis;

  public RedisLimiter(RedisConnection redis) {
    this.redis = redis;
  }

  /**
   * Gives slots back in the windows of the attempt, then takes one in each, or in none.
   *
   * @param returned ids of attempts that hold no slot any more
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer; it may have taken
   *     the slots all the same
   */
  public Decision take(Attempt attempt, Collection<String> returned) {
    if (attempt.isUnlimited()) {
      return Decision.GRANTED;
    }
    TakeArguments sent = TakeArguments.of(attempt, returned, redis::key);
    return TakeAnswer.of(Script.TAKE.runForList(redis, sent.keys(), sent.arguments()))
        .decide(attempt);
  }

  /**
   * Gives the slots of the attempt back; without effect where it holds none.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer
   */
  public void giveBack(Attempt attempt) {
    run(Script.GIVE_BACK, attempt);
  }

  /**
   * The attempt has failed: its slots stay until their windows end.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer
   */
  public void fail(Attempt attempt) {
    run(Script.FAIL, attempt);
  }

  /**
   * Sets a mark that pools may need.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer
   */
  public void mark(String key, Duration life) {
    Script.MARK.run(redis, List.of(redis.key(key)), List.of(Long.toString(life.toMillis())));
  }

  /**
   * Empties windows, and remembers that for the nodes that have counted attempts themselves.
   *
   * @param lifts key of {@link LimitKeys#liftsOf}
   * @param remembered as long as a window at least
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer
   */
  public void lift(String lifts, List<String> windows, Duration remembered) {
    List<String> keys = new ArrayList<>();
    keys.add(redis.key(lifts));
    windows.forEach(window -> keys.add(redis.key(window)));
    List<String> arguments = new ArrayList<>();
    arguments.add(Long.toString(remembered.toMillis()));
    arguments.addAll(windows);
    Script.LIFT.run(redis, keys, arguments);
  }

  /**
   * Returns which windows were emptied lately, and how long ago.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer
   */
  public Map<String, Duration> lifts(String lifts) {
    List<?> answer = Script.LIFTS.runForList(redis, List.of(redis.key(lifts)), List.of());
    Map<String, Duration> ages = new LinkedHashMap<>();
    for (int i = 0; i + 1 < answer.size(); i += 2) {
      long age = (Long) answer.get(i + 1);
      ages.put(text(answer.get(i)), Duration.ofMillis(Math.max(0, age)));
    }
    return ages;
  }

  private static String text(Object value) {
    return value instanceof byte[] bytes
        ? new String(bytes, StandardCharsets.UTF_8)
        : value.toString();
  }

  private void run(Script script, Attempt attempt) {
    List<String> keys = attempt.keys().stream().map(redis::key).toList();
    if (!keys.isEmpty()) {
      script.run(redis, keys, List.of(attempt.id()));
    }
  }

  RedisConnection connection() {
    return redis;
  }
}

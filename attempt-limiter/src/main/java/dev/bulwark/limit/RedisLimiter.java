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
    List<String> keys = new ArrayList<>();
    List<String> arguments = new ArrayList<>();
    arguments.add(attempt.id());
    arguments.add(Integer.toString(attempt.pools().size()));
    for (Pool pool : attempt.pools()) {
      String mark = pool.mark();
      if (mark != null) {
        keys.add(redis.key(mark));
      }
      arguments.add(mark == null ? "0" : "1");
      arguments.add(Integer.toString(pool.windows().size()));
      for (Window window : pool.windows()) {
        keys.add(redis.key(window.key()));
        arguments.add(Integer.toString(window.limit()));
        arguments.add(Long.toString(window.length().toMillis()));
      }
    }
    arguments.addAll(returned);
    List<?> answer = Script.TAKE.runForList(redis, keys, arguments);
    long wait = number(answer, 0);
    int pool = Math.toIntExact(number(answer, 1));
    if (wait <= 0) {
      return new Decision.Granted(pool);
    }
    Window full = attempt.pools().get(pool).windows().get(Math.toIntExact(number(answer, 2)));
    return new Decision.Refused(wait, full.scope(), number(answer, 3) == 1);
  }

  private static long number(List<?> answer, int index) {
    return (Long) answer.get(index);
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
      ages.put(text(answer.get(i)), Duration.ofMillis(Math.max(0, number(answer, i + 1))));
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

  /** Whether it is worth asking; costs nothing. */
  boolean isAvailable() {
    return redis.isAvailable();
  }
}

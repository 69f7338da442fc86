package dev.bulwark.redis.limit;

import dev.bulwark.redis.RedisConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Counts the attempts of all nodes in Redis: a sorted set for each key, whose members are attempts
 * and whose scores are Redis's own time, so that the nodes' clocks do not matter. Thread-safe.
 *
 * <p>One script, one round trip; the keys of an attempt share a hash tag, so that a Redis Cluster
 * takes them too.
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
    List<Attempt.Counter> counters = attempt.counters();
    if (counters.isEmpty()) {
      return Decision.GRANTED;
    }
    List<String> arguments = new ArrayList<>();
    arguments.add(Long.toString(attempt.limits().window().toMillis()));
    arguments.add(attempt.id());
    counters.forEach(counter -> arguments.add(Integer.toString(counter.limit())));
    arguments.addAll(returned);
    List<?> answer =
        (List<?>) redis.call(client -> Script.TAKE.run(client, keys(counters), arguments));
    long wait = (Long) answer.get(0);
    if (wait <= 0) {
      return Decision.GRANTED;
    }
    int full = Math.toIntExact((Long) answer.get(1));
    return new Decision.Refused(wait, counters.get(full - 1).scope());
  }

  /**
   * Gives the slots of the attempt back; without effect where it holds none.
   *
   * @throws dev.bulwark.redis.RedisUnavailableException if Redis does not answer
   */
  public void giveBack(Attempt attempt) {
    List<Attempt.Counter> counters = attempt.counters();
    if (!counters.isEmpty()) {
      redis.call(client -> Script.GIVE_BACK.run(client, keys(counters), List.of(attempt.id())));
    }
  }

  /** Whether it is worth asking; costs nothing. */
  boolean isAvailable() {
    return redis.isAvailable();
  }

  private List<String> keys(List<Attempt.Counter> counters) {
    return counters.stream().map(counter -> redis.key(counter.key())).toList();
  }
}

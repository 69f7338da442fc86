package dev.bulwark.limit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What {@code limiter-take.lua} reads, in its order.
 *
 * @param keys of Redis: of each pool its mark if it has one, and its windows
 * @param arguments the rest
 */
record TakeArguments(List<String> keys, List<String> arguments) {

  /**
   * Writes them.
   *
   * @param returned ids of attempts that hold no slot any more
   * @param inRedis the key of Redis for a name
   */
  static TakeArguments of(
      Attempt attempt, Collection<String> returned, UnaryOperator<String> inRedis) {
    TakeArguments all = new TakeArguments(new ArrayList<>(), new ArrayList<>());
    all.arguments.add(attempt.id());
    all.arguments.add(Integer.toString(attempt.pools().size()));
    attempt.pools().forEach(pool -> all.add(pool, inRedis));
    all.arguments.addAll(returned);
    return all;
  }

  private void add(Pool pool, UnaryOperator<String> inRedis) {
    @Nullable String mark = pool.mark();
    if (mark != null) {
      keys.add(inRedis.apply(mark));
    }
    arguments.add(mark == null ? "0" : "1");
    arguments.add(Integer.toString(pool.windows().size()));
    for (Window window : pool.windows()) {
      keys.add(inRedis.apply(window.key()));
      arguments.add(Integer.toString(window.limit()));
      arguments.add(Long.toString(window.length().toMillis()));
    }
  }
}

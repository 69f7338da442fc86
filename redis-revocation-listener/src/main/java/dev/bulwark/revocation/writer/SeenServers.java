package dev.bulwark.revocation.writer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The database servers that have answered this node. One that takes over, or starts again after a
 * crash, may lack the last rows until all nodes have noticed it and written theirs again: each does
 * so in its next round of the background work. Thread-safe.
 */
final class SeenServers {

  /** Some rounds of a busy node, with the longest time between two of them. */
  private static final Duration SETTLING = Duration.ofSeconds(15);

  /** When each has the rows of all nodes, by {@link System#nanoTime()}. */
  private final Map<String, Long> settled = new ConcurrentHashMap<>();

  /**
   * Notes that a server answers.
   *
   * @return whether it is another one than those before; the first is not
   */
  boolean note(String server, long nanos) {
    boolean first = settled.isEmpty();
    long from = first ? nanos : nanos + SETTLING.toNanos();
    return settled.putIfAbsent(server, from) == null && !first;
  }

  /** Whether a server has the rows of all nodes, as far as this node knows. */
  boolean isSettled(String server, long nanos) {
    Long from = settled.get(server);
    return from == null ? settled.isEmpty() : nanos - from >= 0;
  }
}

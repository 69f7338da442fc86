package dev.bulwark.revocation.issuance;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Tells nodes that have stopped beating. It counts the time that this node has seen pass without a
 * beat, by its own clock alone, and never more than a little from one look to the next: a node that
 * was asleep itself must not take all others for lost when it wakes up. Not thread-safe.
 */
final class BeatWatch {

  /** From then on a node may not come back. */
  public static final Duration SUSPECT_AFTER = Duration.ofSeconds(5);

  /** From then on a node is taken for lost. */
  public static final Duration LOST_AFTER = Duration.ofSeconds(15);

  /** What counts between two looks at most, if they do not come more rarely. */
  private static final Duration STEP = Duration.ofSeconds(3);

  private final Map<String, Seen> nodes = new HashMap<>();
  private final long step;
  private long last;
  private boolean looked;

  /**
   * With looks that come so often.
   *
   * @param interval time between two looks, less than {@link #LOST_AFTER}: then a node has to be
   *     silent in more than one of them to be lost
   */
  BeatWatch(Duration interval) {
    step = Math.max(STEP.toNanos(), interval.toNanos());
  }

  /**
   * One look.
   *
   * @param beats of all nodes
   * @param nanos {@link System#nanoTime()}
   */
  public void look(Map<String, Long> beats, long nanos) {
    long passed = looked ? Math.min(nanos - last, step) : 0;
    looked = true;
    last = nanos;
    nodes.keySet().retainAll(beats.keySet());
    beats.forEach(
        (name, beat) ->
            nodes.merge(
                name, new Seen(beat, 0, false), (before, now) -> before.then(now.beat, passed)));
  }

  /** The nodes that have not beaten for so long. */
  public Set<String> silent(Duration time) {
    return nodes.entrySet().stream()
        .filter(node -> node.getValue().silent >= time.toNanos())
        .map(Map.Entry::getKey)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Whether the node has been seen to beat, and has not been silent for long since. */
  public boolean isAlive(String node) {
    Seen seen = nodes.get(node);
    return seen != null && seen.alive && seen.silent < SUSPECT_AFTER.toNanos();
  }

  /**
   * A node.
   *
   * @param beat its last
   * @param silent nanoseconds without another
   * @param alive whether it has beaten since it was first seen
   */
  private record Seen(long beat, long silent, boolean alive) {

    Seen then(long next, long passed) {
      if (next == NodeTable.NO_BEAT) {
        // It has left, or was taken for lost: that its row is gone is no sign of life.
        return new Seen(next, silent + passed, false);
      }
      return next == beat ? new Seen(next, silent + passed, alive) : new Seen(next, 0, true);
    }
  }
}

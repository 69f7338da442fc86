package dev.bulwark.limit;

import java.util.ArrayList;
import java.util.List;

/**
 * The attempts of one key on this node, oldest first. Immutable.
 *
 * @param attempts when each was let through
 * @param lengthNanos length of the window
 */
record SlidingWindow(List<Entry> attempts, long lengthNanos) {

  /**
   * An attempt that was let through.
   *
   * @param at time of the node's clock, in nanoseconds
   * @param failed whether it has failed; open if not
   */
  record Entry(long at, String id, boolean failed) {}

  SlidingWindow {
    attempts = List.copyOf(attempts);
  }

  static SlidingWindow empty(long lengthNanos) {
    return new SlidingWindow(List.of(), lengthNanos);
  }

  /** Without the attempts that are older than the window. */
  SlidingWindow at(long now, long length) {
    return new SlidingWindow(
        attempts.stream().filter(entry -> now - entry.at() < length).toList(), length);
  }

  /** Without the attempts up to a moment of the node's clock. */
  SlidingWindow after(long moment) {
    return new SlidingWindow(
        attempts.stream().filter(entry -> entry.at() - moment > 0).toList(), lengthNanos);
  }

  /** Nanoseconds until there is room for one more; 0 if there is now. */
  long waitNanos(long now, int limit) {
    int size = attempts.size();
    return size < limit ? 0 : Math.max(1, attempts.get(size - limit).at() + lengthNanos - now);
  }

  /** Whether the outcome of an attempt is still open. */
  boolean isAnyOpen() {
    return attempts.stream().anyMatch(entry -> !entry.failed());
  }

  SlidingWindow with(long now, String id) {
    List<Entry> more = new ArrayList<>(attempts);
    more.add(new Entry(now, id, false));
    return new SlidingWindow(more, lengthNanos);
  }

  SlidingWindow without(String id) {
    return new SlidingWindow(
        attempts.stream().filter(entry -> !entry.id().equals(id)).toList(), lengthNanos);
  }

  /** The attempt has failed: its slot does not come back. */
  SlidingWindow failed(String id) {
    return new SlidingWindow(
        attempts.stream()
            .map(entry -> entry.id().equals(id) ? new Entry(entry.at(), id, true) : entry)
            .toList(),
        lengthNanos);
  }
}

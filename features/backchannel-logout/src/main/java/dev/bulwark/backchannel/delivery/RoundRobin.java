package dev.bulwark.backchannel.delivery;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which receivers are served. There are some places, and a receiver keeps one for a turn: of those
 * that wait, the one that has waited longest is next. Thread-safe.
 */
final class RoundRobin {

  private final int places;
  private final Set<String> served = new HashSet<>();
  private final Set<String> waiting = new LinkedHashSet<>();

  /**
   * Creates one.
   *
   * @param places receivers that are served at once, 1 at least
   */
  RoundRobin(int places) {
    this.places = places;
  }

  /**
   * A receiver has something that can be sent. If no place is free, it waits for its turn.
   *
   * @return whether its turn begins now; false too if it is being served
   */
  synchronized boolean begin(String receiver) {
    if (served.contains(receiver)) {
      return false;
    }
    if (served.size() < places) {
      waiting.remove(receiver);
      return served.add(receiver);
    }
    waiting.add(receiver);
    return false;
  }

  /**
   * Ends the turn of a receiver.
   *
   * @param again whether it may have more: then it waits behind the others
   * @return whose turn begins now, in its place; null if nobody waits
   */
  synchronized @Nullable String next(String receiver, boolean again) {
    served.remove(receiver);
    if (again) {
      waiting.add(receiver);
    }
    Iterator<String> first = waiting.iterator();
    if (!first.hasNext()) {
      return null;
    }
    String next = first.next();
    first.remove();
    served.add(next);
    return next;
  }

  /** Ends the turn of a receiver, and its place stays free. */
  synchronized void end(String receiver) {
    served.remove(receiver);
  }
}

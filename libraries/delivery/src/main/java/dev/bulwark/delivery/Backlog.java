package dev.bulwark.delivery;

/**
 * What waits.
 *
 * @param waiting messages
 * @param oldest epoch milliseconds of the oldest, of no meaning if nothing waits
 * @param dead dead letters
 */
public record Backlog(long waiting, long oldest, long dead) {

  /** Nothing waits. */
  public static final Backlog EMPTY = new Backlog(0, 0, 0);

  /** Age of the oldest in milliseconds; 0 if nothing waits. */
  public long age(long now) {
    return waiting == 0 ? 0 : Math.max(0, now - oldest);
  }
}

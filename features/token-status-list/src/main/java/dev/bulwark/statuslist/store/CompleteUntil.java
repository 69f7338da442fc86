package dev.bulwark.statuslist.store;

import java.util.Map;

/**
 * Until when the bits of the lists are complete.
 *
 * @param times milliseconds since 1970, by the ids of the realms that are held, and of {@link #ALL}
 */
record CompleteUntil(Map<String, Long> times) {

  /** Stands for all realms that are not held. No realm has such an id. */
  static final String ALL = "*";

  /** The time of all realms that are not held. */
  long all() {
    return times.getOrDefault(ALL, 0L);
  }

  /** The time of a realm. */
  long of(String realmId) {
    return Math.min(all(), times.getOrDefault(realmId, Long.MAX_VALUE));
  }
}

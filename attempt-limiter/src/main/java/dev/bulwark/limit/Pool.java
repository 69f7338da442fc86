package dev.bulwark.limit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Windows that count an attempt together: it takes a slot in each of them, or in none.
 *
 * @param windows each must have room, or the attempt is refused; empty where nothing is limited
 * @param budget a further window; where it is full, the next pool counts the attempt instead. Null
 *     where there is none
 * @param mark key of a mark ({@link SharedLimiter#markEverywhere}) without which the next pool
 *     counts the attempt. Null where none is needed
 */
public record Pool(List<Window> windows, @Nullable Window budget, @Nullable String mark) {

  /** Copies the list. */
  public Pool {
    windows = List.copyOf(windows);
  }

  /** A pool that takes every attempt. */
  public static Pool of(List<Window> windows) {
    return new Pool(windows, null, null);
  }

  /** The windows, and the budget as the last. */
  List<Window> all() {
    if (budget == null) {
      return windows;
    }
    List<Window> all = new ArrayList<>(windows);
    all.add(budget);
    return all;
  }
}

package dev.bulwark.limit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Windows that count an attempt together: it takes a slot in each of them, or in none.
 *
 * @param windows each must have room; empty where nothing is limited
 * @param mark key of a mark ({@link SharedLimiter#markEverywhere}) without which the pool counts no
 *     attempt. Null where none is needed
 */
public record Pool(List<Window> windows, @Nullable String mark) {

  /** Copies the list. */
  public Pool {
    windows = List.copyOf(windows);
  }

  /** A pool that needs no mark. */
  public static Pool of(List<Window> windows) {
    return new Pool(windows, null);
  }
}

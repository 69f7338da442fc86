package dev.bulwark.revocation.ledger;

import org.jspecify.annotations.Nullable;

/**
 * A range of the ids that a sweep walks along.
 *
 * @param after its beginning, exclusive; empty at the beginning of the ledger
 * @param end its end, inclusive; null for the last one, which has none
 * @param isOneId whether it is one id only, with as many rows as a slice is to have, or more
 */
public record Slice(String after, @Nullable String end, boolean isOneId) {

  static Slice last(String after) {
    return new Slice(after, null, false);
  }

  /** SQL: whether a column lies in it; its parameters are set by {@link SuspectSweep}. */
  String condition(String column) {
    return end == null ? column + " > ?" : column + " > ? AND " + column + " <= ?";
  }
}

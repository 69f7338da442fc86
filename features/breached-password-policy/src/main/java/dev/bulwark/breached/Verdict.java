package dev.bulwark.breached;

import dev.bulwark.breached.range.RangeUnavailableException.Reason;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a check found.
 *
 * @param outcome whether the password may be used
 * @param source what decided
 * @param unreachable that the range API did not answer; null if it did or was not asked
 */
record Verdict(Outcome outcome, Source source, @Nullable Unreachable unreachable) {

  /** Why the range API did not answer, and the setting that was applied. */
  record Unreachable(Reason reason, UnreachablePolicy policy) {}

  /** Whether the password may be used. */
  enum Outcome {
    ACCEPTED,
    /** Seen in breaches at least as often as the threshold. */
    BREACHED,
    /** Could not be checked, and the setting is to refuse then. */
    UNCHECKED;

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What decided. */
  enum Source {
    /** The range API, now. */
    HIBP,
    /** The range API, some time ago. */
    CACHE,
    OFFLINE_LIST,
    /** The setting alone. */
    NONE;

    String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }
}

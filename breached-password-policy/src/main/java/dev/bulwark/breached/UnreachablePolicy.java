package dev.bulwark.breached;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What becomes of a password while the range API gives no reliable answer (spec P9). */
enum UnreachablePolicy {
  /** The offline list decides. */
  OFFLINE_LIST,
  /** The password is refused; the user is asked to try again later. */
  REJECT,
  /** The password is accepted unchecked. */
  ACCEPT;

  /** As written in the option and in events. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<UnreachablePolicy> ofLabel(String label) {
    return Arrays.stream(values()).filter(policy -> policy.label().equals(label)).findAny();
  }
}

package dev.bulwark.breached;

import java.util.Locale;

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
}

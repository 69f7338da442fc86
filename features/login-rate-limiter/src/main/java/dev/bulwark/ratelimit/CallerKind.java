package dev.bulwark.ratelimit;

import java.util.Locale;

/** How an attempt at a user's secret is counted, which decides whether a lockout holds for it. */
public enum CallerKind {
  /** On a device on which the user has logged in before: at the device alone. */
  KNOWN_DEVICE,
  /** From an address from which the user has logged in before: there, and not at the account. */
  KNOWN_ADDRESS,
  /** In the window of the account, with all strangers. */
  STRANGER,
  /** In no window of the account: only Keycloak's own detection counts it. */
  UNCOUNTED;

  /** Whether it counts apart from strangers, whose failures lock it out of nothing. */
  public boolean isKnown() {
    return this == KNOWN_DEVICE || this == KNOWN_ADDRESS;
  }

  /** As in metrics. */
  String id() {
    return isKnown() ? name().toLowerCase(Locale.ROOT).replace('_', '-') : "none";
  }
}

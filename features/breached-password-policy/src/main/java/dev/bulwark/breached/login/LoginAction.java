package dev.bulwark.breached.login;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The action that a realm takes when a user logs in with a breached password (spec P10). */
enum LoginAction {
  /** None: passwords are not checked at login. */
  OFF,
  /** An event, from which other parts of the server mail the user. The login goes on. */
  WARN,
  /** As {@link #WARN}, and the user must choose another password before the login completes. */
  DEMAND;

  /** As written in the password policy, in events and in metrics. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<LoginAction> ofLabel(String label) {
    return Arrays.stream(values()).filter(action -> action.label().equals(label)).findAny();
  }
}

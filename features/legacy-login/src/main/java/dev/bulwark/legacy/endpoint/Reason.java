package dev.bulwark.legacy.endpoint;

import java.util.Locale;

/** Why there is no reliable answer. */
public enum Reason {
  /** No connection: name, network or TLS. */
  CONNECTION,
  /** The whole answer was not there in time. */
  TIMEOUT,
  /** Status 429: the application limits logins, perhaps those of one user. */
  LIMITED,
  /** Status 502, 503 or 504: the application or what is in front of it is overloaded. */
  OVERLOADED,
  /** Any other status that means neither right nor wrong, a redirect for example. */
  STATUS,
  /** Status 200 with something else than the agreed answer. */
  MALFORMED,
  /** Not asked, since it failed several times just before. */
  CIRCUIT_OPEN,
  /** Not asked, since as many requests as allowed are under way. */
  BUSY,
  /** Keycloak's database did not say whether the password is still pending after a right answer. */
  DATABASE,
  /** Not asked, since no endpoint is configured for the realm. */
  NOT_CONFIGURED,
  /** The server is shutting down. */
  INTERRUPTED;

  /** Lower case with hyphens, for metrics and events. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Whether such failures are those of the endpoint as a whole. A status such as 500 or an odd
   * answer may come of one password, and a 429 of guesses at one user: if these opened the circuit,
   * anybody could.
   */
  boolean opensCircuit() {
    return this == CONNECTION || this == TIMEOUT || this == OVERLOADED;
  }
}

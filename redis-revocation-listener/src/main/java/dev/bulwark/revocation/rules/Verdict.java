package dev.bulwark.revocation.rules;

/** The result of an ending for a token. */
public enum Verdict {
  /** The token is dead. */
  REVOKE,
  /** The token may be dead: ask Keycloak. */
  VERIFY,
  /** The ending does not concern the token. */
  KEEP
}

package dev.bulwark.revocation.rules;

/** What a scope says about a token. */
public enum Verdict {
  /** The token is dead. */
  KILL,
  /** The token may be dead: ask Keycloak. */
  VERIFY,
  /** The scope does not concern the token. */
  KEEP
}

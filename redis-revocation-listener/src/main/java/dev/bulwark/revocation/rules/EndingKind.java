package dev.bulwark.revocation.rules;

/** By which key a revocation ending finds its tokens. */
public enum EndingKind {
  /** One token, named by its jti. */
  TOKEN,
  /** The tokens of a user session; a client narrows what is killed outright. */
  SESSION,
  /** The tokens of a user; a client narrows it. */
  USER,
  /** The tokens issued for a client. */
  CLIENT,
  /** The tokens of a realm. */
  REALM,
  /** The tokens exchanged from an API key. */
  API_KEY
}

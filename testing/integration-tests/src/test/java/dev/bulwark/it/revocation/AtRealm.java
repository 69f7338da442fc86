package dev.bulwark.it.revocation;

/** Tests of ways to end tokens that run at several servers: the realm of one of them. */
interface AtRealm {

  /** The realm in which tokens end. */
  PathRealm realm();

  /** The Redis that the realm's server feeds. */
  RevokedKeys keys();

  /** Looks at tokens of the realm. */
  default Deaths deaths() {
    return new Deaths(realm(), keys());
  }
}

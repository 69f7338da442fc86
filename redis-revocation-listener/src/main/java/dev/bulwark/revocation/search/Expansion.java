package dev.bulwark.revocation.search;

/**
 * What a pass of a scope came to.
 *
 * @param found tokens that it revoked
 * @param undecided tokens that Keycloak could not judge: the scope needs another pass for them
 */
public record Expansion(int found, int undecided) {

  static final Expansion NOTHING = new Expansion(0, 0);
}

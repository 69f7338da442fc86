package dev.bulwark.revocation.search;

/**
 * The result of applying an ending once.
 *
 * @param found tokens that it revoked
 * @param undecided tokens that Keycloak could not judge: the ending needs another pass for them
 */
public record Expansion(int found, int undecided) {

  static final Expansion NOTHING = new Expansion(0, 0);
}

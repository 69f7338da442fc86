package dev.bulwark.revocation.search;

import dev.bulwark.revocation.rules.LedgerToken;
import java.util.List;

/**
 * The result of applying an ending once.
 *
 * @param found tokens that it revoked
 * @param inDoubt tokens that Keycloak could not judge: the ending needs another pass for them
 */
public record Expansion(int found, List<LedgerToken> inDoubt) {

  static final Expansion NOTHING = new Expansion(0, List.of());
}

package dev.bulwark.revocation.verify;

import dev.bulwark.revocation.rules.LedgerToken;
import java.util.Collection;
import java.util.Set;

/** Knows whether Keycloak still honours a token. */
@FunctionalInterface
public interface TokenOracle {

  /**
   * Those of the tokens that Keycloak no longer honours. Must not be called with a JTA transaction
   * on the thread.
   *
   * @throws RuntimeException if one of them cannot be judged; nothing is known of the others then
   */
  Set<LedgerToken> dead(Collection<LedgerToken> tokens);
}

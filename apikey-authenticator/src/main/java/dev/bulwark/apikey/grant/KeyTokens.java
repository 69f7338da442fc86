package dev.bulwark.apikey.grant;

import dev.bulwark.contract.KeycloakFeature;

/**
 * Whether this Keycloak can keep the token of a key within the limits of the key. It has to ask the
 * grant where its tokens are good, or the token of any key would open the Admin API to an
 * administrator's key; and it has to let {@link KeyTokenExchangeGuard} look at each token. Where it
 * cannot, keys are verified but not exchanged.
 */
public final class KeyTokens {

  /** Detail {@code reason} of the event of a rejected request. */
  public static final String REASON = "api_key_exchange_unavailable";

  /** {@code error_description} of the answer. */
  public static final String DESCRIPTION =
      "This version of Keycloak cannot exchange API keys for tokens";

  private KeyTokens() {}

  /** Whether tokens may be issued for keys. */
  public static boolean areSafe() {
    return KeycloakFeature.TOKEN_ALLOWED_BY_GRANT.isPresent()
        && KeycloakFeature.TOKEN_LEDGER.isPresent();
  }
}

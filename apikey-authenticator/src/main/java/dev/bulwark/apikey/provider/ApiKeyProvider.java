package dev.bulwark.apikey.provider;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.OwnerRate;
import dev.bulwark.apikey.verify.ApiKeyVerifier;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.Provider;

/** The keys of a realm, for one session. Stateless apart from the session. */
public interface ApiKeyProvider extends Provider {

  /** Creation, list, change, rotation and revocation. */
  ApiKeyManager manager(RealmModel realm);

  /** Verification of presented keys. */
  ApiKeyVerifier verifier(RealmModel realm);

  /** Verification of keys that are presented to the realm of a session. */
  static ApiKeyVerifier verifier(KeycloakSession session) {
    return session.getProvider(ApiKeyProvider.class).verifier(session.getContext().getRealm());
  }

  /** The rates of owners' requests about their own keys. */
  OwnerRate ownerRate();

  /** The options of the server. */
  ApiKeyConfig config();

  @Override
  default void close() {}
}

package dev.bulwark.apikey.service;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.manage.ApiKeyManager;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.Provider;

/** The keys of a realm, for one session. Stateless apart from the session. */
public interface ApiKeyProvider extends Provider {

  /** Creation, list, change, rotation and revocation. */
  ApiKeyManager manager(RealmModel realm);

  /** Verification of presented keys. */
  ApiKeyVerifier verifier(RealmModel realm);

  /** The options of the server. */
  ApiKeyConfig config();

  @Override
  default void close() {}
}

package dev.bulwark.apikey.service;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.manage.ApiKeyManager;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** The keys of one session's realms. */
final class DefaultApiKeyProvider implements ApiKeyProvider {

  private final KeycloakSession session;
  private final ApiKeyResources resources;

  DefaultApiKeyProvider(KeycloakSession session, ApiKeyResources resources) {
    this.session = session;
    this.resources = resources;
  }

  @Override
  public ApiKeyManager manager(RealmModel realm) {
    return new ApiKeyManager(
        session, realm, resources.config(), resources.generator(), resources.usage());
  }

  @Override
  public ApiKeyVerifier verifier(RealmModel realm) {
    return new ApiKeyVerifier(session, realm, resources);
  }

  @Override
  public ApiKeyConfig config() {
    return resources.config();
  }
}

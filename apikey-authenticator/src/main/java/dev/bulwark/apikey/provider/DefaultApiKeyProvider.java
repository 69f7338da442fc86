package dev.bulwark.apikey.provider;

import dev.bulwark.apikey.ApiKeyConfig;
import dev.bulwark.apikey.key.secret.ApiKeyGenerator;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.OwnerRate;
import dev.bulwark.apikey.verify.ApiKeyVerifier;
import dev.bulwark.apikey.verify.VerifierResources;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** The keys of one session's realms. */
final class DefaultApiKeyProvider implements ApiKeyProvider {

  private final KeycloakSession session;
  private final VerifierResources resources;
  private final ApiKeyGenerator generator;
  private final OwnerRate ownerRate;

  DefaultApiKeyProvider(
      KeycloakSession session,
      VerifierResources resources,
      ApiKeyGenerator generator,
      OwnerRate ownerRate) {
    this.session = session;
    this.resources = resources;
    this.generator = generator;
    this.ownerRate = ownerRate;
  }

  @Override
  public ApiKeyManager manager(RealmModel realm) {
    return new ApiKeyManager(session, realm, resources.config(), generator, resources.usage());
  }

  @Override
  public ApiKeyVerifier verifier(RealmModel realm) {
    return new ApiKeyVerifier(session, realm, resources);
  }

  @Override
  public OwnerRate ownerRate() {
    return ownerRate;
  }

  @Override
  public ApiKeyConfig config() {
    return resources.config();
  }
}

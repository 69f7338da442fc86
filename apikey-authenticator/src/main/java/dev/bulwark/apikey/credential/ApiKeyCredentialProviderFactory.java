package dev.bulwark.apikey.credential;

import org.keycloak.credential.CredentialProvider;
import org.keycloak.credential.CredentialProviderFactory;
import org.keycloak.models.KeycloakSession;

/** Registers the credential type {@code api-key}. */
public final class ApiKeyCredentialProviderFactory
    implements CredentialProviderFactory<ApiKeyCredentialProvider> {

  @Override
  public CredentialProvider<ApiKeyCredentialModel> create(KeycloakSession session) {
    return new ApiKeyCredentialProvider(session);
  }

  @Override
  public String getId() {
    return "api-key";
  }
}

package dev.bulwark.apikey.authenticator;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import java.util.List;
import org.keycloak.Config;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.AuthenticatorFactory;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.ProviderConfigProperty;

/** Registers the execution {@value #ID} for direct grant flows. */
public final class ApiKeyDirectGrantAuthenticatorFactory implements AuthenticatorFactory {

  /** The id that flows name; never change it. */
  public static final String ID = "api-key-direct-grant";

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public String getDisplayType() {
    return "API Key (direct grant)";
  }

  @Override
  public String getHelpText() {
    return "Accepts an API key in X-API-Key or in the password field of a direct grant. The token has"
        + " at most the scopes of the key. Without a key, the flow tries the next alternative.";
  }

  @Override
  public String getReferenceCategory() {
    return ApiKeyCredentialModel.TYPE;
  }

  @Override
  public Authenticator create(KeycloakSession session) {
    return new ApiKeyDirectGrantAuthenticator(session);
  }

  @Override
  public boolean isConfigurable() {
    return false;
  }

  @Override
  public Requirement[] getRequirementChoices() {
    return REQUIREMENT_CHOICES.clone();
  }

  @Override
  public boolean isUserSetupAllowed() {
    return false;
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return List.of();
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}

package dev.bulwark.realm.social;

import java.util.List;
import org.keycloak.authentication.AuthenticationProcessor;
import org.keycloak.authentication.authenticators.broker.AbstractIdpAuthenticator;
import org.keycloak.authentication.authenticators.broker.util.PostBrokerLoginConstants;
import org.keycloak.broker.provider.AbstractIdentityProvider;
import org.keycloak.broker.provider.AbstractIdentityProviderMapper;
import org.keycloak.broker.provider.BrokeredIdentityContext;
import org.keycloak.models.IdentityProviderMapperModel;
import org.keycloak.models.IdentityProviderSyncMode;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.services.resources.IdentityBrokerService;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Makes each answer of an identity provider a new login. Factors that another user has shown in the
 * same browser tab before do not count (T3).
 *
 * <p>Keycloak keeps in the tab's login session which executions of the post login flow have
 * succeeded, and that the flow is over, but not for whom. Whoever enters a code of his own, does
 * not follow the redirect behind it and comes back from the provider as somebody else, would be let
 * in with that code. A mapper is what Keycloak calls before it looks at who has come; it maps
 * nothing. Thread-safe: it has no state.
 */
public final class NewLoginMapper extends AbstractIdentityProviderMapper {

  static final String ID = "bulwark-new-login";

  @Override
  public void preprocessFederatedIdentity(
      KeycloakSession session,
      RealmModel realm,
      IdentityProviderMapperModel mapper,
      BrokeredIdentityContext context) {
    AuthenticationSessionModel login = context.getAuthenticationSession();
    // Without one it is a token exchange; with the note somebody who is logged in adds a provider.
    if (login == null
        || login.getAuthNote(IdentityBrokerService.LINKING_IDENTITY_PROVIDER) != null) {
      return;
    }
    login.clearExecutionStatus();
    login.removeAuthNote(AuthenticationProcessor.AUTHN_CREDENTIALS);
    login.removeAuthNote(AbstractIdpAuthenticator.FIRST_BROKER_LOGIN_SUCCESS);
    // Or the user who comes now is given the address that the provider has, as a new one is.
    login.removeAuthNote(AbstractIdentityProvider.BROKER_REGISTERED_NEW_USER);
    login.removeAuthNote(
        PostBrokerLoginConstants.PBL_AUTH_STATE_PREFIX + context.getIdpConfig().getAlias());
  }

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public String[] getCompatibleProviders() {
    return new String[] {ANY_PROVIDER};
  }

  @Override
  public boolean supportsSyncMode(IdentityProviderSyncMode syncMode) {
    return true;
  }

  @Override
  public String getDisplayCategory() {
    return "Second factor";
  }

  @Override
  public String getDisplayType() {
    return "Each login on its own";
  }

  @Override
  public String getHelpText() {
    return "Asks each user who logs in at this provider for their own second factor, even if another"
        + " user entered one in the same tab before. For providers with a post login flow.";
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return List.of();
  }
}

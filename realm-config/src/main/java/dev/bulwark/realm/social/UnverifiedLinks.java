package dev.bulwark.realm.social;

import jakarta.ws.rs.core.Response;
import org.keycloak.broker.provider.AbstractIdentityProvider;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.FederatedIdentityModel.FederatedIdentityCreatedEvent;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.provider.ProviderEvent;
import org.keycloak.services.ErrorPageException;
import org.keycloak.services.messages.Messages;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Prevents links between an identity provider and an account whose e-mail address is not proven yet
 * (O2). Otherwise a person who registers with somebody else's address could link their own
 * identity, which would give access to the account after the owner resets the password.
 *
 * <p>It hears of every new link, whichever flow or provider it comes from, and takes the link away
 * again. It does not affect the links of users that the provider's login has just made, and those
 * that an administrator adds: there is no login session then.
 */
public final class UnverifiedLinks {

  /** Error of the event {@code FEDERATED_IDENTITY_LINK_ERROR}. */
  static final String ERROR = "email_not_verified";

  private UnverifiedLinks() {}

  /**
   * Looks at an event of the server.
   *
   * @throws ErrorPageException when it is a link that must not be made
   */
  public static void onEvent(ProviderEvent event) {
    if (event instanceof FederatedIdentityCreatedEvent created) {
      AuthenticationSessionModel login =
          created.getKeycloakSession().getContext().getAuthenticationSession();
      if (login != null
          && isUnverified(created.getRealm(), created.getUser())
          && !isNew(created, login)) {
        refuse(created, login);
      }
    }
  }

  /**
   * Takes the link away again, for Keycloak's broker turns an exception into a page and goes on to
   * commit what was done before it.
   */
  private static void refuse(
      FederatedIdentityCreatedEvent created, AuthenticationSessionModel login) {
    KeycloakSession session = created.getKeycloakSession();
    session
        .users()
        .removeFederatedIdentity(
            created.getRealm(),
            created.getUser(),
            created.getFederatedIdentity().getIdentityProvider());
    KeycloakModelUtils.runJobInTransaction(
        session.getKeycloakSessionFactory(), session.getContext(), other -> report(other, created));
    throw new ErrorPageException(session, login, Response.Status.FORBIDDEN, Messages.VERIFY_EMAIL);
  }

  /** An event of its own transaction: the request may be rolled back. */
  private static void report(KeycloakSession session, FederatedIdentityCreatedEvent refused) {
    new EventBuilder(session.getContext().getRealm(), session, session.getContext().getConnection())
        .event(EventType.FEDERATED_IDENTITY_LINK)
        .user(refused.getUser().getId())
        .detail(Details.USERNAME, refused.getUser().getUsername())
        .detail(Details.IDENTITY_PROVIDER, refused.getFederatedIdentity().getIdentityProvider())
        .detail(Details.IDENTITY_PROVIDER_USERNAME, refused.getFederatedIdentity().getUserName())
        .error(ERROR);
  }

  private static boolean isUnverified(RealmModel realm, UserModel user) {
    String address = user.getEmail();
    return realm.isVerifyEmail()
        && address != null
        && !address.isBlank()
        && !user.isEmailVerified();
  }

  /**
   * Whether the provider's login has just made the user. The note of Keycloak's broker is not
   * enough: it may be of somebody else who came to the same browser tab before.
   */
  private static boolean isNew(
      FederatedIdentityCreatedEvent created, AuthenticationSessionModel login) {
    String provider = created.getFederatedIdentity().getIdentityProvider();
    return Boolean.parseBoolean(
            login.getAuthNote(AbstractIdentityProvider.BROKER_REGISTERED_NEW_USER))
        && created.getUser().credentialManager().getStoredCredentialsStream().findAny().isEmpty()
        && created
            .getKeycloakSession()
            .users()
            .getFederatedIdentitiesStream(created.getRealm(), created.getUser())
            .allMatch(link -> link.getIdentityProvider().equals(provider));
  }
}

package dev.bulwark.realm.address;

import java.util.List;
import java.util.Set;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.Authenticator;
import org.keycloak.credential.CredentialModel;
import org.keycloak.events.Details;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.DefaultActionTokenKey;
import org.keycloak.models.FederatedIdentityModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.WebAuthnCredentialModel;

/**
 * The step of the reset flow behind the mail. Whoever comes by its link has the mailbox, so the
 * address is proven from now on. If it was not proven before, somebody else may have made the
 * account with it: the logins at providers and the passkeys of the account are removed, by which
 * that person would get in beside the owner and the new password. Thread-safe: it has no state.
 */
final class AddressProof implements Authenticator {

  static final AddressProof INSTANCE = new AddressProof();

  /** Value of the detail {@code reason} of the events. */
  static final String REASON = "account_recovered";

  private static final Set<String> PASSKEYS =
      Set.of(WebAuthnCredentialModel.TYPE_PASSWORDLESS, WebAuthnCredentialModel.TYPE_TWOFACTOR);

  private AddressProof() {}

  @Override
  public void authenticate(AuthenticationFlowContext context) {
    UserModel user = context.getUser();
    if (isByMail(context, user) && !user.isEmailVerified()) {
      unlink(context, user);
      removePasskeys(context, user);
      user.setEmailVerified(true);
      user.removeRequiredAction(UserModel.RequiredAction.VERIFY_EMAIL);
    }
    context.success();
  }

  /** The token of the mail names the address, and Keycloak has compared it with the user's. */
  private static boolean isByMail(AuthenticationFlowContext context, UserModel user) {
    return user.getId()
        .equals(
            context
                .getAuthenticationSession()
                .getAuthNote(DefaultActionTokenKey.ACTION_TOKEN_USER_ID));
  }

  private static void unlink(AuthenticationFlowContext context, UserModel user) {
    RealmModel realm = context.getRealm();
    List<FederatedIdentityModel> links =
        context.getSession().users().getFederatedIdentitiesStream(realm, user).toList();
    for (FederatedIdentityModel link : links) {
      context.getSession().users().removeFederatedIdentity(realm, user, link.getIdentityProvider());
      event(context, user, EventType.REMOVE_FEDERATED_IDENTITY)
          .detail(Details.IDENTITY_PROVIDER, link.getIdentityProvider())
          .detail(Details.IDENTITY_PROVIDER_USERNAME, link.getUserName())
          .success();
    }
  }

  private static void removePasskeys(AuthenticationFlowContext context, UserModel user) {
    List<CredentialModel> passkeys =
        user.credentialManager()
            .getStoredCredentialsStream()
            .filter(credential -> PASSKEYS.contains(credential.getType()))
            .toList();
    for (CredentialModel passkey : passkeys) {
      user.credentialManager().removeStoredCredentialById(passkey.getId());
      event(context, user, EventType.REMOVE_CREDENTIAL)
          .detail(Details.CREDENTIAL_TYPE, passkey.getType())
          .detail(Details.CREDENTIAL_ID, passkey.getId())
          .success();
    }
  }

  private static EventBuilder event(
      AuthenticationFlowContext context, UserModel user, EventType type) {
    return context
        .getEvent()
        .clone()
        .event(type)
        .user(user)
        .detail(Details.USERNAME, user.getUsername())
        .detail(Details.REASON, REASON);
  }

  @Override
  public void action(AuthenticationFlowContext context) {
    // It shows no page.
  }

  @Override
  public boolean requiresUser() {
    return true;
  }

  @Override
  public boolean configuredFor(KeycloakSession session, RealmModel realm, UserModel user) {
    return true;
  }

  @Override
  public void setRequiredActions(KeycloakSession session, RealmModel realm, UserModel user) {
    // It asks for nothing.
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}

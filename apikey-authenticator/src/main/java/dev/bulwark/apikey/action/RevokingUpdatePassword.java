package dev.bulwark.apikey.action;

import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import dev.bulwark.factory.BoundedAction;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.authentication.requiredactions.UpdatePassword;
import org.keycloak.events.EventBuilder;
import org.keycloak.forms.login.LoginFormsProvider;
import org.keycloak.models.DefaultActionTokenKey;
import org.keycloak.models.KeycloakSession;

/**
 * Keycloak's page for a new password, with an offer to revoke the user's API keys. Somebody else
 * who had access to the account may have created them, and a new password ends none. The offer is
 * preselected if the user follows a link in a mail, and not in a session of the user. It takes the
 * place of Keycloak's own action in all realms. Thread-safe: it has no state.
 */
public final class RevokingUpdatePassword extends UpdatePassword {

  /** Field of the form; {@code on} revokes the keys with the change of the password. */
  static final String FIELD = "revoke-api-keys";

  private static final String ON = "on";

  @Override
  public int order() {
    return 100;
  }

  @Override
  public RequiredActionProvider create(KeycloakSession session) {
    return new RevokingUpdatePassword();
  }

  @Override
  public void requiredActionChallenge(RequiredActionContext context) {
    offer(context, isLedHereByMail(context));
    super.requiredActionChallenge(context);
  }

  @Override
  public void processAction(RequiredActionContext context) {
    if (!BoundedAction.begins(context)) {
      return;
    }
    boolean revoke = ON.equals(context.getHttpRequest().getDecodedFormParameters().getFirst(FIELD));
    // For the page that tells of an error.
    offer(context, revoke);
    super.processAction(context);
    if (revoke && context.getStatus() == RequiredActionContext.Status.SUCCESS) {
      revoke(context);
    }
  }

  private static void offer(RequiredActionContext context, boolean ticked) {
    int keys = keys(context).list(owner(context)).size();
    if (keys > 0) {
      LoginFormsProvider form = context.form();
      form.setAttribute("revocableApiKeys", Integer.toString(keys));
      form.setAttribute("revokeApiKeys", ticked);
    }
  }

  private static boolean isLedHereByMail(RequiredActionContext context) {
    return context
            .getAuthenticationSession()
            .getAuthNote(DefaultActionTokenKey.ACTION_TOKEN_USER_ID)
        != null;
  }

  private static void revoke(RequiredActionContext context) {
    for (ApiKey key : keys(context).revokeAll(owner(context))) {
      EventBuilder event = context.getEvent().clone();
      ApiKeyEvents.revoked(event, key);
    }
  }

  private static ApiKeyManager keys(RequiredActionContext context) {
    return context.getSession().getProvider(ApiKeyProvider.class).manager(context.getRealm());
  }

  private static KeyOwner owner(RequiredActionContext context) {
    return new KeyOwner.User(context.getUser());
  }
}

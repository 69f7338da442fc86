package dev.bulwark.realm.passkey;

import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.authentication.AuthenticatorUtil;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionFactory;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.authentication.authenticators.browser.WebAuthnConditionalUIAuthenticator;
import org.keycloak.authentication.requiredactions.WebAuthnPasswordlessRegisterFactory;
import org.keycloak.common.util.Time;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionConfigModel;
import org.keycloak.models.RequiredActionProviderModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.credential.PasswordCredentialModel;
import org.keycloak.models.credential.WebAuthnCredentialModel;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.provider.ProviderConfigurationBuilder;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.storage.ReadOnlyException;
import org.keycloak.userprofile.ValidationException;
import org.keycloak.validate.ValidationError;

/**
 * Invites a user who has just logged in with a password, in a browser, to create a passkey, where
 * the realm has passkeys on and the user has none. The user may decline, and is not asked again for
 * some days. Keycloak's own page creates the passkey. Thread-safe: it has no state.
 */
public final class PasskeyInvitation implements RequiredActionProvider, RequiredActionFactory {

  private static final Logger LOG = Logger.getLogger(PasskeyInvitation.class);

  static final String ID = "invite-to-passkey";
  static final String DAYS = "ask_again_after_days";

  /** User attribute: when the user declined, in seconds since 1970. */
  static final String DECLINED_AT = "bulwark.passkey-declined-at";

  private static final String CREATE = WebAuthnPasswordlessRegisterFactory.PROVIDER_ID;

  /** Note of a login: the user was invited. */
  private static final String INVITED = "bulwark.passkey.invited";

  private static final List<ProviderConfigProperty> SETTINGS =
      ProviderConfigurationBuilder.create()
          .property()
          .name(DAYS)
          .label("Days until the next invitation")
          .helpText("Days until a user who declined is invited again (0 to 3650; 0 means never).")
          .type(ProviderConfigProperty.INTEGER_TYPE)
          .defaultValue(InvitationRule.DEFAULT_DAYS)
          .add()
          .build();

  @Override
  public void evaluateTriggers(RequiredActionContext context) {
    AuthenticationSessionModel login = context.getAuthenticationSession();
    if (login.getAuthNote(INVITED) != null
        || !isPasswordLoginInBrowser(login)
        || !canCreate(context)) {
      return;
    }
    UserModel user = context.getUser();
    boolean busy =
        login.getClientNote(Constants.KC_ACTION) != null
            || !login.getRequiredActions().isEmpty()
            || user.getRequiredActionsStream().findAny().isPresent();
    if (!busy
        && user.credentialManager()
            .getStoredCredentialsByTypeStream(WebAuthnCredentialModel.TYPE_PASSWORDLESS)
            .findAny()
            .isEmpty()
        && storedRule(context.getConfig())
            .isDue(user.getFirstAttribute(DECLINED_AT), Time.currentTime())) {
      login.setAuthNote(INVITED, "true");
      login.addRequiredAction(ID);
    }
  }

  /** Where there is no page (password grant), Keycloak refuses a login with an open action. */
  private static boolean isPasswordLoginInBrowser(AuthenticationSessionModel login) {
    return login.getClientNote(OIDCLoginProtocol.RESPONSE_TYPE_PARAM) != null
        && AuthenticatorUtil.getAuthnCredentials(login).contains(PasswordCredentialModel.TYPE);
  }

  private static boolean canCreate(RequiredActionContext context) {
    @Nullable RequiredActionProviderModel create =
        context.getRealm().getRequiredActionProviderByAlias(CREATE);
    return create != null
        && create.isEnabled()
        && WebAuthnConditionalUIAuthenticator.isPasskeysEnabled(context.getSession());
  }

  @Override
  public void requiredActionChallenge(RequiredActionContext context) {
    context.challenge(context.form().createForm("passkey-invitation.ftl"));
  }

  @Override
  public void processAction(RequiredActionContext context) {
    if (context.getHttpRequest().getDecodedFormParameters().containsKey("create")) {
      // As if the application had asked for it: Keycloak's page can then be cancelled.
      context.getAuthenticationSession().setClientNote(Constants.KC_ACTION, CREATE);
    } else {
      remember(context.getUser());
    }
    context.success();
  }

  private static void remember(UserModel user) {
    try {
      user.setSingleAttribute(DECLINED_AT, Integer.toString(Time.currentTime()));
    } catch (ReadOnlyException e) {
      // The user store keeps no attributes: the user is invited at the next login, too.
      return;
    }
  }

  /** A value that an import has brought was not validated, and must not stop logins. */
  private static InvitationRule storedRule(@Nullable RequiredActionConfigModel config) {
    try {
      return rule(config);
    } catch (IllegalArgumentException e) {
      LOG.warnf(
          "The setting %s of the required action %s is invalid (%s). %d days are used. Correct it in"
              + " Authentication, Required actions.",
          DAYS, ID, e.getMessage(), InvitationRule.DEFAULT_DAYS);
      return InvitationRule.of(null);
    }
  }

  private static InvitationRule rule(@Nullable RequiredActionConfigModel config) {
    return InvitationRule.of(config == null ? null : config.getConfigValue(DAYS));
  }

  @Override
  public void validateConfig(
      KeycloakSession session, RealmModel realm, RequiredActionConfigModel model) {
    try {
      rule(model);
    } catch (IllegalArgumentException e) {
      throw new ValidationException(new ValidationError(ID, DAYS, "error-invalid-value"));
    }
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    return SETTINGS;
  }

  @Override
  public String getDisplayText() {
    return "Invite to a passkey";
  }

  @Override
  public RequiredActionProvider create(KeycloakSession session) {
    return this;
  }

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope config) {
    // No options.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Needs no other provider.
  }

  @Override
  public void close() {
    // Holds nothing.
  }
}

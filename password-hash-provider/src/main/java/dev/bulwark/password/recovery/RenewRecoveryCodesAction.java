package dev.bulwark.password.recovery;

import dev.bulwark.factory.BoundedAction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.AuthenticatorUtil;
import org.keycloak.authentication.RequiredActionContext;
import org.keycloak.authentication.RequiredActionProvider;
import org.keycloak.authentication.requiredactions.RecoveryAuthnCodesAction;
import org.keycloak.credential.CredentialModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RequiredActionConfigModel;
import org.keycloak.models.credential.RecoveryAuthnCodesCredentialModel;
import org.keycloak.models.credential.dto.RecoveryAuthnCodesCredentialData;
import org.keycloak.provider.ProviderConfigProperty;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.util.JsonSerialization;

/**
 * Keycloak's set-up of recovery codes. It also comes after a login with a code that leaves fewer
 * than the action's {@code warning_threshold}, and the user may cancel it there (spec T5). Its
 * setting {@value #HASH_CODES} says whether a realm stores codes with Argon2. Without state.
 */
public final class RenewRecoveryCodesAction extends RecoveryAuthnCodesAction {

  /** Setting of the action in a realm. Off by default: Keycloak alone cannot read such codes. */
  static final String HASH_CODES = "hash_codes";

  /** Note of a login: how many codes were left when the user was asked; empty once answered. */
  private static final String CODES_LEFT_NOTE = "bulwark.recovery-codes.left";

  /** By which Keycloak's page offers to cancel. */
  private static final String CANCELLABLE = "isAppInitiatedAction";

  private static final String CANCEL = "cancel-aia";

  @Override
  public RequiredActionProvider create(KeycloakSession session) {
    return this;
  }

  @Override
  public void evaluateTriggers(RequiredActionContext context) {
    AuthenticationSessionModel login = context.getAuthenticationSession();
    if (login.getAuthNote(CODES_LEFT_NOTE) != null
        || login.getRequiredActions().contains(PROVIDER_ID)
        || !AuthenticatorUtil.getAuthnCredentials(login)
            .contains(RecoveryAuthnCodesCredentialModel.TYPE)) {
      return;
    }
    int left = left(context);
    if (left > 0 && left < threshold(context.getConfig())) {
      login.setAuthNote(CODES_LEFT_NOTE, Integer.toString(left));
      login.addRequiredAction(PROVIDER_ID);
    }
  }

  @Override
  public void requiredActionChallenge(RequiredActionContext context) {
    String left = asked(context);
    if (!left.isEmpty()) {
      context.form().setAttribute(CANCELLABLE, true).setInfo("recoveryCodesFewLeft", left);
    }
    super.requiredActionChallenge(context);
  }

  @Override
  public void processAction(RequiredActionContext context) {
    boolean cancels =
        context.getHttpRequest().getDecodedFormParameters().containsKey(CANCEL)
            && !asked(context).isEmpty();
    if (cancels) {
      context.getAuthenticationSession().setAuthNote(CODES_LEFT_NOTE, "");
      context.getAuthenticationSession().removeRequiredAction(PROVIDER_ID);
      context.cancel();
      return;
    }
    if (BoundedAction.begins(context)) {
      super.processAction(context);
    }
  }

  /** Whether a realm stores the codes with Argon2. */
  static boolean isHashingIn(RealmModel realm) {
    @Nullable RequiredActionConfigModel config = realm.getRequiredActionConfigByAlias(PROVIDER_ID);
    return config != null && Boolean.parseBoolean(config.getConfigValue(HASH_CODES));
  }

  @Override
  public List<ProviderConfigProperty> getConfigMetadata() {
    List<ProviderConfigProperty> properties = new ArrayList<>(super.getConfigMetadata());
    properties.add(
        new ProviderConfigProperty(
            HASH_CODES,
            "Hash codes with Argon2",
            "Stores the codes with Argon2 in place of SHA-512. Keycloak without Bulwark cannot read"
                + " them.",
            ProviderConfigProperty.BOOLEAN_TYPE,
            false));
    return properties;
  }

  @Override
  public int order() {
    return Argon2RecoveryCodesProviderFactory.ORDER;
  }

  private static String asked(RequiredActionContext context) {
    String left = context.getAuthenticationSession().getAuthNote(CODES_LEFT_NOTE);
    return left == null ? "" : left;
  }

  private static int left(RequiredActionContext context) {
    return context
        .getUser()
        .credentialManager()
        .getStoredCredentialsByTypeStream(RecoveryAuthnCodesCredentialModel.TYPE)
        .findFirst()
        .map(RenewRecoveryCodesAction::left)
        .orElse(0);
  }

  private static int left(CredentialModel codes) {
    try {
      return JsonSerialization.readValue(
              codes.getCredentialData(), RecoveryAuthnCodesCredentialData.class)
          .getRemainingCodes();
    } catch (IOException e) {
      throw new UncheckedIOException("The stored recovery codes are not in Keycloak's form", e);
    }
  }

  private static int threshold(RequiredActionConfigModel config) {
    String configured = config == null ? null : config.getConfigValue(WARNING_THRESHOLD);
    return configured == null
        ? RECOVERY_CODES_WARNING_THRESHOLD_DEFAULT
        : Integer.parseInt(configured);
  }
}

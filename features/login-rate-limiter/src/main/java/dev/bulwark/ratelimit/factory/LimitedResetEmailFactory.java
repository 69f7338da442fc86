package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.resetcred.ResetCredentialEmail;
import org.keycloak.models.KeycloakSession;

/** {@code reset-credential-email}, with the limit. */
public final class LimitedResetEmailFactory extends ResetCredentialEmail {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.RESET_MAIL.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}

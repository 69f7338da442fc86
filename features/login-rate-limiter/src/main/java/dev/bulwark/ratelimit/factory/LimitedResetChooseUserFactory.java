package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.authenticators.resetcred.ResetCredentialChooseUser;
import org.keycloak.models.KeycloakSession;

/** {@code reset-credentials-choose-user}, with the limit. */
public final class LimitedResetChooseUserFactory extends ResetCredentialChooseUser {

  @Override
  public Authenticator create(KeycloakSession session) {
    return LoginStep.RESET.limit(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}

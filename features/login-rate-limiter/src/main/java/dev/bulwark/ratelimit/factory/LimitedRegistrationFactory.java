package dev.bulwark.ratelimit.factory;

import dev.bulwark.ratelimit.step.LimitedRegistration;
import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.FormAction;
import org.keycloak.authentication.forms.RegistrationUserCreation;
import org.keycloak.models.KeycloakSession;

/** {@code registration-user-creation}, with the limit. */
public final class LimitedRegistrationFactory extends RegistrationUserCreation {

  @Override
  public FormAction create(KeycloakSession session) {
    return new LimitedRegistration(super.create(session));
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}

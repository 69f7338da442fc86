package dev.bulwark.password.keycloak;

import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.Pbkdf2Sha512PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;

/** {@code pbkdf2-sha512}, timed. */
public final class TimedPbkdf2Sha512Factory extends Pbkdf2Sha512PasswordHashProviderFactory {

  @Override
  public PasswordHashProvider create(KeycloakSession session) {
    return new TimedHashProvider(super.create(session), session);
  }

  @Override
  public int order() {
    return super.order() + TimedHashProvider.ORDER_AHEAD;
  }
}

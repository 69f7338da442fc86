package dev.bulwark.password.keycloak;

import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.crypto.hash.Argon2PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;

/** {@code argon2}, timed. */
public final class TimedArgon2Factory extends Argon2PasswordHashProviderFactory {

  @Override
  public PasswordHashProvider create(KeycloakSession session) {
    return new TimedHashProvider(super.create(session), session);
  }

  @Override
  public int order() {
    return super.order() + TimedHashProvider.ORDER_AHEAD;
  }
}

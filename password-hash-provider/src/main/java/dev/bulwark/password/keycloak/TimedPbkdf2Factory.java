package dev.bulwark.password.keycloak;

import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.Pbkdf2PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;

/** {@code pbkdf2}, timed. */
@SuppressWarnings("deprecation") // users may still come with it
public final class TimedPbkdf2Factory extends Pbkdf2PasswordHashProviderFactory {

  @Override
  public PasswordHashProvider create(KeycloakSession session) {
    return new TimedHashProvider(super.create(session), session);
  }

  @Override
  public int order() {
    return super.order() + TimedHashProvider.ORDER_AHEAD;
  }
}

package dev.bulwark.legacy;

import dev.bulwark.contract.PasswordAlgorithms;
import org.keycloak.Config;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;

/**
 * The algorithm of a pending password. Keycloak asks the algorithm of every password that it
 * compares, those of the password history too, and fails where there is none.
 */
public final class PendingHashFactory implements PasswordHashProviderFactory {

  @Override
  public String getId() {
    return LegacyLoginFactory.ID;
  }

  @Override
  public PasswordHashProvider create(KeycloakSession session) {
    return new PendingHash(
        session.getProvider(PasswordHashProvider.class, PasswordAlgorithms.ARGON2));
  }

  @Override
  public void init(Config.Scope scope) {
    // Has no options.
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    // Needs no other provider.
  }

  @Override
  public void close() {
    // Holds nothing.
  }

  /** Never the server's default. */
  @Override
  public int order() {
    return -1;
  }
}

package dev.bulwark.password;

import dev.bulwark.password.foreign.PasswordVerifier;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.common.Profile;
import org.keycloak.credential.hash.PasswordHashProvider;
import org.keycloak.credential.hash.PasswordHashProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.provider.EnvironmentDependentProviderFactory;
import org.keycloak.provider.ProviderFactory;

/**
 * One factory for each algorithm of other applications; the id is the one that their credentials
 * are stored under. Limits and permits are those of provider {@value
 * Argon2idHashProviderFactory#ID}.
 */
abstract class ForeignHashProviderFactory
    implements PasswordHashProviderFactory, EnvironmentDependentProviderFactory {

  private final PasswordVerifier verifier;
  private @Nullable Argon2idHashProviderFactory argon2id;

  ForeignHashProviderFactory(PasswordVerifier verifier) {
    this.verifier = verifier;
  }

  @Override
  public final String getId() {
    return verifier.algorithm();
  }

  @Override
  public final void init(Config.Scope scope) {
    // The options are those of argon2id.
  }

  @Override
  public final void postInit(KeycloakSessionFactory factory) {
    ProviderFactory<PasswordHashProvider> found =
        factory.getProviderFactory(PasswordHashProvider.class, Argon2idHashProviderFactory.ID);
    if (!(found instanceof Argon2idHashProviderFactory own)) {
      throw new IllegalStateException(
          "Provider "
              + getId()
              + " of SPI password-hashing needs provider "
              + Argon2idHashProviderFactory.ID
              + ": enable both or disable both (spi-password-hashing--"
              + getId()
              + "--enabled=false)");
    }
    argon2id = own;
  }

  @Override
  public final PasswordHashProvider create(KeycloakSession session) {
    if (argon2id == null) {
      throw new IllegalStateException("postInit() has not run");
    }
    return new ForeignHashProvider(
        verifier,
        argon2id.hashing(),
        argon2id.create(session),
        () -> CurrentUser.id(session),
        argon2id.work(session));
  }

  @Override
  public final void close() {
    // Holds nothing.
  }

  /** Never the server's default, as it makes no hashes. */
  @Override
  public final int order() {
    return -1;
  }

  /** As {@link Argon2idHashProviderFactory#isSupported}. */
  @Override
  public final boolean isSupported(Config.Scope scope) {
    return !Profile.isFeatureEnabled(Profile.Feature.FIPS);
  }
}

package dev.bulwark.password;

import dev.bulwark.password.foreign.Algorithms;
import dev.bulwark.password.foreign.verify.LegacyVerifiers;
import dev.bulwark.password.foreign.verify.PasswordVerifier;
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
 * One factory for each algorithm of {@link LegacyVerifiers}; the id is the one that credentials are
 * stored under. Limits and permits are those of provider {@value Argon2HashProviderFactory#ID}.
 * Keycloak finds the factories by META-INF/services.
 */
public abstract class ForeignHashProviderFactory
    implements PasswordHashProviderFactory, EnvironmentDependentProviderFactory {

  private final PasswordVerifier verifier;
  private @Nullable Argon2HashProviderFactory argon2;

  private ForeignHashProviderFactory(String algorithm) {
    this.verifier = LegacyVerifiers.of(algorithm);
  }

  @Override
  public final String getId() {
    return verifier.algorithm();
  }

  @Override
  public final void init(Config.Scope scope) {
    // The options are those of argon2.
  }

  @Override
  public final void postInit(KeycloakSessionFactory factory) {
    ProviderFactory<PasswordHashProvider> found =
        factory.getProviderFactory(PasswordHashProvider.class, Argon2HashProviderFactory.ID);
    if (!(found instanceof Argon2HashProviderFactory own)) {
      throw new IllegalStateException(
          "Provider "
              + getId()
              + " of SPI password-hashing needs provider "
              + Argon2HashProviderFactory.ID
              + ": enable both or disable both (spi-password-hashing--"
              + getId()
              + "--enabled=false)");
    }
    argon2 = own;
  }

  @Override
  public final PasswordHashProvider create(KeycloakSession session) {
    if (argon2 == null) {
      throw new IllegalStateException("postInit() has not run");
    }
    return new ForeignHashProvider(
        verifier,
        argon2.hashing(),
        argon2.create(session),
        () -> CurrentUser.id(session),
        argon2.work(session));
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

  /** As {@link Argon2HashProviderFactory#isSupported}. */
  @Override
  public final boolean isSupported(Config.Scope scope) {
    return !Profile.isFeatureEnabled(Profile.Feature.FIPS);
  }

  /** Provider {@code bcrypt}. */
  public static final class Bcrypt extends ForeignHashProviderFactory {
    public Bcrypt() {
      super(Algorithms.BCRYPT);
    }
  }

  /** Provider {@code bcrypt-sha256}. */
  public static final class BcryptSha256 extends ForeignHashProviderFactory {
    public BcryptSha256() {
      super(Algorithms.BCRYPT_SHA256);
    }
  }

  /** Provider {@code scrypt}. */
  public static final class Scrypt extends ForeignHashProviderFactory {
    public Scrypt() {
      super(Algorithms.SCRYPT);
    }
  }

  /** Provider {@code sha256-crypt}. */
  public static final class Sha256Crypt extends ForeignHashProviderFactory {
    public Sha256Crypt() {
      super(Algorithms.SHA256_CRYPT);
    }
  }

  /** Provider {@code sha512-crypt}. */
  public static final class Sha512Crypt extends ForeignHashProviderFactory {
    public Sha512Crypt() {
      super(Algorithms.SHA512_CRYPT);
    }
  }

  /** Provider {@code phpass}. */
  public static final class Phpass extends ForeignHashProviderFactory {
    public Phpass() {
      super(Algorithms.PHPASS);
    }
  }

  /** Provider {@code wordpress-bcrypt}. */
  public static final class Wordpress extends ForeignHashProviderFactory {
    public Wordpress() {
      super(Algorithms.WORDPRESS);
    }
  }

  /** Provider {@code firebase-scrypt}. */
  public static final class FirebaseScrypt extends ForeignHashProviderFactory {
    public FirebaseScrypt() {
      super(Algorithms.FIREBASE_SCRYPT);
    }
  }

  /** Provider {@code message-digest}. */
  public static final class MessageDigest extends ForeignHashProviderFactory {
    public MessageDigest() {
      super(Algorithms.MESSAGE_DIGEST);
    }
  }
}

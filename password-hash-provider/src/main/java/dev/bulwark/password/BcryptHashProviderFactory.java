package dev.bulwark.password;

import dev.bulwark.password.foreign.BcryptVerifier;

/** Provider {@code bcrypt}. */
public final class BcryptHashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public BcryptHashProviderFactory() {
    super(new BcryptVerifier());
  }
}

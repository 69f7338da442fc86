package dev.bulwark.password;

import dev.bulwark.password.foreign.ShaCryptVerifier;

/** Provider {@code sha512-crypt}. */
public final class Sha512CryptHashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public Sha512CryptHashProviderFactory() {
    super(ShaCryptVerifier.sha512());
  }
}

package dev.bulwark.password;

import dev.bulwark.password.foreign.ShaCryptVerifier;

/** Provider {@code sha256-crypt}. */
public final class Sha256CryptHashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public Sha256CryptHashProviderFactory() {
    super(ShaCryptVerifier.sha256());
  }
}

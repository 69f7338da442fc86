package dev.bulwark.password;

import dev.bulwark.password.foreign.BcryptSha256Verifier;

/** Provider {@code bcrypt-sha256}. */
public final class BcryptSha256HashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public BcryptSha256HashProviderFactory() {
    super(new BcryptSha256Verifier());
  }
}

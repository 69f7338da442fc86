package dev.bulwark.password;

import dev.bulwark.password.foreign.ScryptVerifier;

/** Provider {@code scrypt}. */
public final class ScryptHashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public ScryptHashProviderFactory() {
    super(new ScryptVerifier());
  }
}

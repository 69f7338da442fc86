package dev.bulwark.password;

import dev.bulwark.password.foreign.PhpassVerifier;

/** Provider {@code phpass}. */
public final class PhpassHashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public PhpassHashProviderFactory() {
    super(new PhpassVerifier());
  }
}

package dev.bulwark.password;

import dev.bulwark.password.foreign.FirebaseVerifier;

/** Provider {@code firebase-scrypt}. */
public final class FirebaseScryptHashProviderFactory extends ForeignHashProviderFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public FirebaseScryptHashProviderFactory() {
    super(new FirebaseVerifier());
  }
}

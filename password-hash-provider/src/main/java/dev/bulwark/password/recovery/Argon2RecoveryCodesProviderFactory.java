package dev.bulwark.password.recovery;

import org.keycloak.Config;
import org.keycloak.common.Profile;
import org.keycloak.credential.RecoveryAuthnCodesCredentialProvider;
import org.keycloak.credential.RecoveryAuthnCodesCredentialProviderFactory;
import org.keycloak.models.KeycloakSession;

/** {@code keycloak-recovery-authn-codes} of the SPI {@code credential}, with Argon2. */
public final class Argon2RecoveryCodesProviderFactory
    extends RecoveryAuthnCodesCredentialProviderFactory {

  /** Before Keycloak's own factories of the same id, whose order is 0. */
  static final int ORDER = 1;

  @Override
  public RecoveryAuthnCodesCredentialProvider create(KeycloakSession session) {
    return new Argon2RecoveryCodesProvider(session);
  }

  @Override
  public int order() {
    return ORDER;
  }

  /** Not where FIPS 140 forbids Argon2: Keycloak's own takes its place there. */
  @Override
  public boolean isSupported(Config.Scope config) {
    return super.isSupported(config) && !Profile.isFeatureEnabled(Profile.Feature.FIPS);
  }
}

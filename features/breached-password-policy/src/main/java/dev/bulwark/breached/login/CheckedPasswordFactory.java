package dev.bulwark.breached.login;

import org.jspecify.annotations.Nullable;
import org.keycloak.credential.PasswordCredentialProvider;
import org.keycloak.credential.PasswordCredentialProviderFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.policy.PasswordPolicyProvider;
import org.keycloak.provider.ProviderFactory;

/**
 * {@code keycloak-password}, with the check at login. This is the one place that every login with a
 * stored password passes (browser, password grant, HTTP Basic, linking of accounts), whatever the
 * algorithm of the hash, and that knows user and realm.
 */
public final class CheckedPasswordFactory extends PasswordCredentialProviderFactory {

  /** Before Keycloak's own of the same id, and behind all that come before that. */
  private static final int ORDER_AHEAD = 1;

  @Override
  public PasswordCredentialProvider create(KeycloakSession session) {
    @Nullable ProviderFactory<PasswordPolicyProvider> policy =
        session
            .getKeycloakSessionFactory()
            .getProviderFactory(PasswordPolicyProvider.class, AtLoginPolicyFactory.ID);
    return new CheckedPasswordProvider(
        session,
        super.create(session),
        policy instanceof AtLoginPolicyFactory atLogin ? atLogin.check() : null);
  }

  @Override
  public int order() {
    return super.order() + ORDER_AHEAD;
  }
}

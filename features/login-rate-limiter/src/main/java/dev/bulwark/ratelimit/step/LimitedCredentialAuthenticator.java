package dev.bulwark.ratelimit.step;

import java.util.List;
import org.keycloak.authentication.Authenticator;
import org.keycloak.authentication.CredentialValidator;
import org.keycloak.credential.CredentialModel;
import org.keycloak.credential.CredentialProvider;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;

/**
 * As {@link LimitedAuthenticator}, for one that stands for a kind of credential: Keycloak offers it
 * by that in "try another way".
 */
@SuppressWarnings("rawtypes") // as CredentialValidator itself
final class LimitedCredentialAuthenticator extends LimitedAuthenticator
    implements CredentialValidator<CredentialProvider> {

  private final CredentialValidator<?> validator;

  private LimitedCredentialAuthenticator(
      Authenticator delegate, CredentialValidator<?> validator, Step step) {
    super(delegate, step);
    this.validator = validator;
  }

  /** Decorates an authenticator so that it is a {@link CredentialValidator} if it was one. */
  static Authenticator decorate(Authenticator delegate, Step step) {
    return delegate instanceof CredentialValidator<?> validator
        ? new LimitedCredentialAuthenticator(delegate, validator, step)
        : new LimitedAuthenticator(delegate, step);
  }

  @Override
  public CredentialProvider getCredentialProvider(KeycloakSession session) {
    return validator.getCredentialProvider(session);
  }

  @Override
  public List<CredentialModel> getCredentials(
      KeycloakSession session, RealmModel realm, UserModel user) {
    return validator.getCredentials(session, realm, user);
  }

  @Override
  public String getType(KeycloakSession session) {
    return validator.getType(session);
  }
}

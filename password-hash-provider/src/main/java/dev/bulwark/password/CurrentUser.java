package dev.bulwark.password;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.sessions.AuthenticationSessionModel;

/**
 * Whose password is being verified: the password-hashing SPI does not say, the session's context
 * mostly knows.
 */
final class CurrentUser {

  private CurrentUser() {}

  /**
   * The user's id; empty where the context names none (for example a change of password through the
   * Admin API).
   */
  static Optional<String> id(KeycloakSession session) {
    @Nullable AuthenticationSessionModel authentication =
        session.getContext().getAuthenticationSession();
    @Nullable UserModel user =
        authentication == null ? null : authentication.getAuthenticatedUser();
    return Optional.ofNullable(user == null ? session.getContext().getUser() : user)
        // Not UserModel::getId: that is compiled to a type that Keycloak 26.4 and 26.5 lack.
        .map(found -> found.getId());
  }
}

package dev.bulwark.ratelimit.admin;

import dev.bulwark.factory.AdminResourceFactory;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/login-limits}. */
public final class LoginLimitsResourceProviderFactory extends AdminResourceFactory {

  static final String ID = "login-limits";

  /** For Keycloak, which finds it by META-INF/services. */
  public LoginLimitsResourceProviderFactory() {
    super(ID);
  }

  @Override
  protected @Nullable Object resource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder events) {
    // The context's realm is the one that the request is about.
    return session.getProvider(LoginRateLimiterProvider.class).isOn()
        ? new LoginLimitsResource(session, realm, auth, events)
        : null;
  }
}

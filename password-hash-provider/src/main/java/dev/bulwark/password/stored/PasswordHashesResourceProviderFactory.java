package dev.bulwark.password.stored;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/password-hashes}. */
public final class PasswordHashesResourceProviderFactory
    implements AdminRealmResourceProviderFactory {

  private final CountGate gate = new CountGate();

  private final AdminRealmResourceProvider provider =
      new AdminRealmResourceProvider() {
        @Override
        public Object getResource(
            KeycloakSession session,
            RealmModel realm,
            AdminPermissionEvaluator auth,
            AdminEventBuilder adminEvent) {
          return new PasswordHashesResource(gate, session, realm, auth);
        }

        @Override
        public void close() {}
      };

  @Override
  public AdminRealmResourceProvider create(KeycloakSession session) {
    return provider;
  }

  @Override
  public String getId() {
    return "password-hashes";
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}

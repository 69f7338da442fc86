package dev.bulwark.apikey.rest;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/api-keys}. */
public final class AdminResourceProviderFactory implements AdminRealmResourceProviderFactory {

  static final String ID = "api-keys";

  private static final AdminRealmResourceProvider PROVIDER =
      new AdminRealmResourceProvider() {
        @Override
        public Object getResource(
            KeycloakSession session,
            RealmModel realm,
            AdminPermissionEvaluator auth,
            AdminEventBuilder adminEvent) {
          return new AdminResource(session, realm, auth, adminEvent);
        }

        @Override
        public void close() {}
      };

  @Override
  public AdminRealmResourceProvider create(KeycloakSession session) {
    return PROVIDER;
  }

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}

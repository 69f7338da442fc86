package dev.bulwark.events.rest;

import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/dead-events}. */
public final class DeadLettersResourceFactory implements AdminRealmResourceProviderFactory {

  private final AdminRealmResourceProvider provider =
      new AdminRealmResourceProvider() {
        @Override
        public Object getResource(
            KeycloakSession session,
            RealmModel realm,
            AdminPermissionEvaluator auth,
            AdminEventBuilder adminEvent) {
          return new DeadLettersResource(session, realm, auth, adminEvent);
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
    return "dead-events";
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}

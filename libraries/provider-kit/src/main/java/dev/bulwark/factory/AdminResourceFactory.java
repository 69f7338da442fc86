package dev.bulwark.factory;

import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProvider;
import org.keycloak.services.resources.admin.ext.AdminRealmResourceProviderFactory;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers a REST resource below {@code /admin/realms/{realm}/}. */
public abstract class AdminResourceFactory implements AdminRealmResourceProviderFactory {

  private final String id;

  private final AdminRealmResourceProvider provider =
      new AdminRealmResourceProvider() {
        @Override
        public @Nullable Object getResource(
            KeycloakSession session,
            RealmModel realm,
            AdminPermissionEvaluator auth,
            AdminEventBuilder events) {
          return resource(session, realm, auth, events);
        }

        @Override
        public void close() {}
      };

  /**
   * For one resource.
   *
   * @param id its path below the realm
   */
  protected AdminResourceFactory(String id) {
    this.id = id;
  }

  /**
   * Returns the resource of one request; null, which Keycloak answers with 404, for none. It checks
   * the permissions itself.
   *
   * @param auth of the administrator who has sent the request
   * @param events for changes
   */
  protected abstract @Nullable Object resource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder events);

  @Override
  public final AdminRealmResourceProvider create(KeycloakSession session) {
    return provider;
  }

  @Override
  public final String getId() {
    return id;
  }

  @Override
  public void init(Config.Scope config) {}

  @Override
  public void postInit(KeycloakSessionFactory factory) {}

  @Override
  public void close() {}
}

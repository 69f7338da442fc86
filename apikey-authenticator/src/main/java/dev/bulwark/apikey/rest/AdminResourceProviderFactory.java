package dev.bulwark.apikey.rest;

import dev.bulwark.factory.AdminResourceFactory;
import dev.bulwark.factory.RealmSwitches;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/api-keys}. */
public final class AdminResourceProviderFactory extends AdminResourceFactory {

  static final String ID = "api-keys";

  /** For Keycloak, which finds it by META-INF/services. */
  public AdminResourceProviderFactory() {
    super(ID);
  }

  @Override
  protected @Nullable Object resource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder events) {
    return RealmSwitches.hasApiKeys(realm) ? new AdminResource(session, realm, auth, events) : null;
  }
}

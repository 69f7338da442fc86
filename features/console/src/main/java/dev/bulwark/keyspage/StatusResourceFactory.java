package dev.bulwark.keyspage;

import dev.bulwark.factory.AdminResourceFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/bulwark-status}. */
public final class StatusResourceFactory extends AdminResourceFactory {

  static final String ID = "bulwark-status";

  /** For Keycloak, which finds it by META-INF/services. */
  public StatusResourceFactory() {
    super(ID);
  }

  @Override
  protected Object resource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder events) {
    return new StatusResource(session, realm, auth);
  }
}

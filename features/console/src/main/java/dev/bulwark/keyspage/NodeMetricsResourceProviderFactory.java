package dev.bulwark.keyspage;

import dev.bulwark.factory.AdminResourceFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/node-metrics}. */
public final class NodeMetricsResourceProviderFactory extends AdminResourceFactory {

  static final String ID = "node-metrics";

  /** For Keycloak, which finds it by META-INF/services. */
  public NodeMetricsResourceProviderFactory() {
    super(ID);
  }

  @Override
  protected Object resource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder events) {
    return new NodeMetricsResource(session, auth);
  }
}

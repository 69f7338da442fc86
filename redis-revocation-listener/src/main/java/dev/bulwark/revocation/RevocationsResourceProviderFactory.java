package dev.bulwark.revocation;

import dev.bulwark.factory.AdminResourceFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/revocations}. */
public final class RevocationsResourceProviderFactory extends AdminResourceFactory {

  static final String ID = "revocations";

  /** For Keycloak, which finds it by META-INF/services. */
  public RevocationsResourceProviderFactory() {
    super(ID);
  }

  @Override
  protected Object resource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder events) {
    return new RevocationsResource(realm, auth);
  }
}

package dev.bulwark.events.rest;

import dev.bulwark.factory.AdminResourceFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/dead-events}. */
public final class DeadLettersResourceFactory extends AdminResourceFactory {

  /** For Keycloak, which finds it by META-INF/services. */
  public DeadLettersResourceFactory() {
    super("dead-events");
  }

  @Override
  protected Object resource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder events) {
    return new DeadLettersResource(session, realm, auth, events);
  }
}

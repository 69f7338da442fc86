package dev.bulwark.password.stored;

import dev.bulwark.factory.AdminResourceFactory;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.KeycloakSessionFactory;
import org.keycloak.models.RealmModel;
import org.keycloak.models.utils.PostMigrationEvent;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** Registers {@code /admin/realms/{realm}/password-hashes}, and counts for it once a day. */
public final class PasswordHashesResourceProviderFactory extends AdminResourceFactory {

  private final CountGate gate = new CountGate();
  private final DailyCount daily = new DailyCount();

  /** For Keycloak, which finds it by META-INF/services. */
  public PasswordHashesResourceProviderFactory() {
    super("password-hashes");
  }

  @Override
  protected Object resource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder events) {
    return new PasswordHashesResource(gate, session, realm, auth);
  }

  @Override
  public void postInit(KeycloakSessionFactory factory) {
    factory.register(
        event -> {
          if (event instanceof PostMigrationEvent) {
            daily.start(factory);
          }
        });
  }

  @Override
  public void close() {
    daily.close();
  }
}

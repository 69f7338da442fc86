package dev.bulwark.realm.factor;

import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.keycloak.Config;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.authenticators.conditional.ConditionalAuthenticator;
import org.keycloak.models.AuthenticatorConfigModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;

/**
 * Holds for users with any administrative role: directly, by a composite role, or by a group.
 * Keycloak's own <i>Condition - user role</i> knows one role, and the roles of {@code
 * realm-management} have no role in common. Thread-safe: it has no state.
 */
final class AdministratorCondition implements ConditionalAuthenticator {

  static final AdministratorCondition INSTANCE = new AdministratorCondition();

  /** Setting: realm roles that count too, separated by {@code ##} as the admin console does. */
  static final String ROLES = "roles";

  private AdministratorCondition() {}

  @Override
  public boolean matchCondition(AuthenticationFlowContext context) {
    UserModel user = context.getUser();
    if (user == null) {
      return false;
    }
    AdministrativeRoles roles =
        new AdministrativeRoles(
            context.getRealm().getName().equals(Config.getAdminRealm()),
            further(context.getAuthenticatorConfig()));
    return RoleUtils.getDeepUserRoleMappings(user).stream()
        .anyMatch(role -> isAdministrative(role, roles));
  }

  private static boolean isAdministrative(RoleModel role, AdministrativeRoles roles) {
    return role.getContainer() instanceof ClientModel client
        ? roles.isClient(client.getClientId())
        : roles.isRealmRole(role.getName());
  }

  private static Set<String> further(@Nullable AuthenticatorConfigModel model) {
    Map<String, String> config = model == null ? null : model.getConfig();
    String names = config == null ? null : config.get(ROLES);
    return names == null
        ? Set.of()
        : Arrays.stream(names.split("##"))
            .map(String::trim)
            .filter(name -> !name.isEmpty())
            .collect(Collectors.toSet());
  }

  @Override
  public void action(AuthenticationFlowContext context) {
    // A condition shows no page.
  }

  @Override
  public boolean requiresUser() {
    return true;
  }

  @Override
  public void setRequiredActions(KeycloakSession session, RealmModel realm, UserModel user) {
    // A condition asks for nothing.
  }

  @Override
  public void close() {
    // Nothing to release.
  }
}

package dev.bulwark.apikey.grant;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.keycloak.Config;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.Constants;
import org.keycloak.models.RoleModel;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.representations.AccessToken;

/**
 * The roles that the scopes of a key bring with them. A client with full scope, or a mapper that
 * writes roles whatever the scope, would otherwise put all roles of the owner into the token.
 */
final class RoleRestriction {

  /** The realm {@code master} has a client of this suffix for each realm, with its admin roles. */
  private static final String REALM_ADMIN_SUFFIX = "-realm";

  private final Set<String> realmRoles = new HashSet<>();
  private final Map<String, Set<String>> clientRoles = new HashMap<>();

  private RoleRestriction(Set<RoleModel> allowed) {
    for (RoleModel role : allowed) {
      if (role.getContainer() instanceof ClientModel client) {
        if (isOfKeycloak(client)) {
          continue;
        }
        clientRoles
            .computeIfAbsent(client.getClientId(), id -> new HashSet<>())
            .add(role.getName());
      } else {
        realmRoles.add(role.getName());
      }
    }
  }

  /**
   * Roles for Keycloak itself are never a key's, even if a scope brings them: client registration
   * looks at those in the token.
   */
  private static boolean isOfKeycloak(ClientModel client) {
    String id = client.getClientId();
    return id.equals(Constants.REALM_MANAGEMENT_CLIENT_ID)
        || id.equals(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID)
        || id.equals(Constants.BROKER_SERVICE_CLIENT_ID)
        || (client.getRealm().getName().equals(Config.getAdminRealm())
            && id.endsWith(REALM_ADMIN_SUFFIX));
  }

  /** The roles in the scope mappings of the granted client scopes. */
  static RoleRestriction of(ClientSessionContext context) {
    Set<RoleModel> mapped =
        context
            .getClientScopesStream()
            .filter(scope -> !(scope instanceof ClientModel))
            .flatMap(ClientScopeModel::getScopeMappingsStream)
            .collect(Collectors.toSet());
    return new RoleRestriction(RoleUtils.expandCompositeRoles(mapped));
  }

  /**
   * Takes all other roles out of the token. It always says which realm roles it has, if only that
   * it has none: where a token of no session says nothing of roles, Keycloak's client registration
   * takes those of the user ({@code AuthenticationManager.resolveLightweightAccessTokenRoles}).
   */
  void apply(AccessToken token) {
    AccessToken.Access realm = token.getRealmAccess();
    Set<String> had = realm == null || realm.getRoles() == null ? Set.of() : realm.getRoles();
    token.setRealmAccess(new AccessToken.Access().roles(intersection(had, realmRoles)));
    Map<String, AccessToken.Access> kept = new HashMap<>();
    token
        .getResourceAccess()
        .forEach(
            (client, access) -> {
              Set<String> roles =
                  access.getRoles() == null
                      ? Set.of()
                      : intersection(access.getRoles(), clientRoles.getOrDefault(client, Set.of()));
              if (!roles.isEmpty()) {
                kept.put(client, access.roles(roles));
              }
            });
    token.setResourceAccess(kept.isEmpty() ? null : kept);
  }

  private static Set<String> intersection(Set<String> roles, Set<String> allowed) {
    Set<String> both = new HashSet<>(roles);
    both.retainAll(allowed);
    return both;
  }
}

package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.key.limit.ScopeRules;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;

/**
 * Which client scopes an owner may put on a key: those that the realm allows for keys and that the
 * owner's roles permit. Reads the realm and user caches only.
 */
public final class ScopeCatalog {

  private final KeycloakSession session;
  private final RealmModel realm;

  public ScopeCatalog(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /** The scopes that the owner may get, by name. */
  public Map<String, ClientScopeModel> of(KeyOwner owner) {
    return of(owner, candidates(owner));
  }

  /** Those of the named scopes that the owner may get: what a request needs, and no more. */
  public Map<String, ClientScopeModel> of(KeyOwner owner, Collection<String> names) {
    return of(owner, candidates(owner).filter(scope -> names.contains(scope.getName())));
  }

  private Map<String, ClientScopeModel> of(KeyOwner owner, Stream<ClientScopeModel> scopes) {
    Set<String> listed = RealmLimits.of(realm).scopes();
    List<ClientScopeModel> forKeys = scopes.filter(scope -> isForKeys(scope, listed)).toList();
    // Composite roles and those of groups can be many: read only for a scope that needs a role.
    Set<RoleModel> roles =
        forKeys.stream().anyMatch(ScopeCatalog::needsRole) ? roles(owner) : Set.of();
    return forKeys.stream()
        .filter(scope -> isPermitted(scope, roles))
        .collect(
            Collectors.toMap(
                ClientScopeModel::getName, scope -> scope, (first, second) -> first, TreeMap::new));
  }

  /**
   * Those of the named scopes that need a role, and none that is given: roles that the realm's
   * owners of keys have to have for them.
   *
   * @param roles composite ones expanded; asked for only if a scope needs a role
   */
  public Set<String> beyond(Supplier<Set<RoleModel>> roles, Collection<String> names) {
    return realm
        .getClientScopesStream()
        .filter(scope -> names.contains(scope.getName()))
        .filter(scope -> needsRole(scope) && !isPermitted(scope, roles.get()))
        .map(ClientScopeModel::getName)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<RoleModel> roles(KeyOwner owner) {
    UserModel subject = subject(owner);
    return subject == null ? Set.of() : RoleUtils.getDeepUserRoleMappings(subject);
  }

  /** Who tokens of an owner's keys are about; null for a client without a service account. */
  public @Nullable UserModel subject(KeyOwner owner) {
    if (owner instanceof KeyOwner.User user) {
      return user.model();
    }
    ClientModel client = ((KeyOwner.Client) owner).model();
    return client.isServiceAccountsEnabled() ? session.users().getServiceAccount(client) : null;
  }

  /** The scopes that a client is assigned, default and optional. */
  public static Set<String> assignedTo(ClientModel client) {
    Set<String> names = new LinkedHashSet<>(client.getClientScopes(true).keySet());
    names.addAll(client.getClientScopes(false).keySet());
    return names;
  }

  private Stream<ClientScopeModel> candidates(KeyOwner owner) {
    if (owner instanceof KeyOwner.Client client) {
      return Stream.concat(
          client.model().getClientScopes(true).values().stream(),
          client.model().getClientScopes(false).values().stream());
    }
    return realm.getClientScopesStream();
  }

  private static boolean isForKeys(ClientScopeModel scope, Set<String> listed) {
    return OIDCLoginProtocol.LOGIN_PROTOCOL.equals(scope.getProtocol())
        && ScopeRules.isForKeys(scope.getName(), scope.isIncludeInTokenScope(), listed);
  }

  private static boolean needsRole(ClientScopeModel scope) {
    return scope.getScopeMappingsStream().findAny().isPresent();
  }

  /** As DefaultClientSessionContext.isClientScopePermittedForUser: no role, or one of them. */
  private static boolean isPermitted(ClientScopeModel scope, Set<RoleModel> roles) {
    Set<RoleModel> wanted = scope.getScopeMappingsStream().collect(Collectors.toSet());
    return wanted.isEmpty()
        || RoleUtils.expandCompositeRoles(wanted).stream().anyMatch(roles::contains);
  }
}

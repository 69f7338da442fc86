package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.ScopeCatalog;
import dev.bulwark.contract.ApiKeyDetails;
import java.util.Collection;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.RoleModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.RoleUtils;
import org.keycloak.services.resources.admin.AdminAuth;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * What the administrator of a request may do with the keys of others, by Keycloak's own
 * permissions, and the events by which the owners hear of it. Of one request; not thread-safe.
 */
final class AdministratorAccess {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;
  private @Nullable Set<RoleModel> roles;

  AdministratorAccess(KeycloakSession session, RealmModel realm, AdminPermissionEvaluator auth) {
    this.session = session;
    this.realm = realm;
    this.auth = auth;
  }

  void requireView(KeyOwner owner) {
    if (owner instanceof KeyOwner.User user) {
      auth.users().requireView(user.model());
    } else {
      auth.clients().requireView(((KeyOwner.Client) owner).model());
    }
  }

  void requireManage(KeyOwner owner) {
    if (owner instanceof KeyOwner.User user) {
      auth.users().requireManage(user.model());
    } else {
      auth.clients().requireManage(((KeyOwner.Client) owner).model());
    }
  }

  boolean mayManage(KeyOwner owner) {
    return owner instanceof KeyOwner.User user
        ? auth.users().canManage(user.model())
        : auth.clients().canManage(((KeyOwner.Client) owner).model());
  }

  /**
   * Requires that the administrator could get the scopes of a key too, or may act as its owner
   * anyway. A key acts as its owner for years, without a session that anybody sees, so it must not
   * be a way around the role {@code impersonation}.
   *
   * @param scopes for which the key is good, or good for longer
   * @throws ApiKeyException of kind {@link ApiKeyException.Kind#IMPERSONATION_REQUIRED}
   */
  void requireMayGive(KeyOwner owner, Collection<String> scopes) {
    ScopeCatalog catalog = new ScopeCatalog(session, realm);
    Set<String> excess = catalog.beyond(this::roles, scopes);
    if (!excess.isEmpty() && !mayActAs(catalog.subject(owner))) {
      throw new ApiKeyException(
          ApiKeyException.Kind.IMPERSONATION_REQUIRED,
          "Your roles do not allow these scopes: "
              + String.join(" ", excess)
              + ". For a key of somebody else with them you need the role impersonation or"
              + " realm-admin");
    }
  }

  private boolean mayActAs(@Nullable UserModel subject) {
    // The role realm-admin has this one, too.
    return subject == null
        ? auth.users().canImpersonate()
        : auth.users().canImpersonate(subject, null);
  }

  /** Composite roles and those of groups too: they can be many, and an import has many rows. */
  private Set<RoleModel> roles() {
    Set<RoleModel> known = roles;
    if (known == null) {
      known = RoleUtils.getDeepUserRoleMappings(auth.adminAuth().getUser());
      roles = known;
    }
    return known;
  }

  /**
   * An event of the owner, who hears by it who has changed a key. Where the administrator is does
   * not concern the owner: the admin event has the address.
   *
   * @param storing whose transaction changes the key
   */
  EventBuilder event(KeycloakSession storing, KeyOwner owner) {
    AdminAuth by = auth.adminAuth();
    EventBuilder event =
        new EventBuilder(realm, storing)
            .detail(ApiKeyDetails.ADMINISTRATOR, by.getUser().getUsername())
            .detail(ApiKeyDetails.ADMINISTRATOR_REALM, by.getRealm().getName());
    return owner instanceof KeyOwner.User user
        ? event.user(user.id())
        : event.client(((KeyOwner.Client) owner).model());
  }
}

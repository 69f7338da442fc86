package dev.bulwark.revocation.events;

import dev.bulwark.factory.RealmSwitches;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.SessionType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;
import org.keycloak.events.admin.ResourceType;

/**
 * Which endings an admin event gives. Clients, and whatever is removed, come as model events: see
 * {@link ModelEventEndings}.
 */
public final class AdminEventEndings {

  private static final String SCIM_USERS = "scim/v2/Users/";

  private AdminEventEndings() {}

  /** The endings, none for most events. */
  public static List<Ending> of(AdminEvent event, EventContext context) {
    String realmId = event.getRealmId();
    ResourceType type = event.getResourceType();
    OperationType operation = event.getOperationType();
    if (realmId == null) {
      return List.of();
    }
    Endings endings = new Endings(cause(event), event.getTime());
    if (maybeTakesOfflineAccess(event)) {
      return List.of(endings.verifyRealm(realmId, SessionType.OFFLINE_ACCESS_TYPES));
    }
    if (isClientChange(event)) {
      String client = event.getResourcePath().split("/", -1)[1];
      return context.hasChanged(client) ? List.of(endings.client(realmId, client)) : List.of();
    }
    if (operation == OperationType.CREATE) {
      return List.of();
    }
    if (type == ResourceType.REALM && operation == OperationType.UPDATE) {
      return realmUpdate(realmId, endings, context);
    }
    String resourcePath = event.getResourcePath();
    if (resourcePath == null) {
      return List.of();
    }
    String[] path = ofUsers(resourcePath).split("/", -1);
    if (isKeyChange(type, operation, path, context) || isApiKeySwitch(type, path)) {
      // The tokens that it signed are dead if it is disabled, gone or another one now. So are those
      // of API keys when the realm has none any more.
      return List.of(endings.verifyRealm(realmId, SessionType.ALL));
    }
    Members members = maybeDisabled(type, operation, path, context);
    if (members != null) {
      return List.of(endings.verifyMembers(realmId, members));
    }
    String userId = path.length >= 2 && path[0].equals("users") ? path[1] : null;
    if (operation == OperationType.ACTION) {
      List<Ending> result = new ArrayList<>(ApiKeyEndings.ofAdminEvent(event, realmId, endings));
      result.addAll(action(realmId, path, userId, endings, context));
      return result;
    }
    if (type == ResourceType.USER_SESSION && path.length == 2 && path[0].equals("sessions")) {
      return List.of(endings.session(realmId, path[1]));
    }
    if (type == ResourceType.USER
        && operation == OperationType.UPDATE
        && userId != null
        && path.length == 2
        && !context.isUserEnabled(userId)) {
      return List.of(endings.user(realmId, userId));
    }
    if (userId != null
        && operation == OperationType.DELETE
        && (type == ResourceType.REALM_ROLE_MAPPING
            || type == ResourceType.CLIENT_ROLE_MAPPING
            || type == ResourceType.GROUP_MEMBERSHIP)) {
      // Without the role offline_access, tokens of offline sessions die.
      return List.of(endings.user(realmId, userId));
    }
    return ApiKeyEndings.ofAdminEvent(event, realmId, endings);
  }

  /** The SCIM API has a path of its own for users. */
  private static String ofUsers(String path) {
    return path.startsWith(SCIM_USERS) ? "users/" + path.substring(SCIM_USERS.length()) : path;
  }

  /**
   * Whose users may be disabled by it, although the users themselves are not: those of an
   * organization or of a user store. Null if nobody's.
   */
  private static @Nullable Members maybeDisabled(
      @Nullable ResourceType type, OperationType operation, String[] path, EventContext context) {
    if (path.length < 2 || operation == OperationType.ACTION) {
      return null;
    }
    if (type == ResourceType.ORGANIZATION && path[0].equals("organizations")) {
      return new Members(Members.Kind.ORGANIZATION, path[1]);
    }
    return type == ResourceType.COMPONENT
            && path[0].equals("components")
            && context.isUserStore(path[1])
        ? new Members(Members.Kind.USER_STORE, path[1])
        : null;
  }

  /** A change of a client or of its scopes: those that are added are the state before a removal. */
  private static boolean isClientChange(AdminEvent event) {
    ResourceType type = event.getResourceType();
    String path = event.getResourcePath();
    return path != null
        && path.startsWith("clients/")
        && (type == ResourceType.CLIENT_SCOPE_CLIENT_MAPPING
            || type == ResourceType.CLIENT && event.getOperationType() == OperationType.UPDATE);
  }

  private static boolean isKeyChange(
      @Nullable ResourceType type, OperationType operation, String[] path, EventContext context) {
    return type == ResourceType.COMPONENT
        && operation != OperationType.ACTION
        && path.length >= 2
        && path[0].equals("components")
        && context.isKeyProvider(path[1]);
  }

  private static boolean isApiKeySwitch(@Nullable ResourceType type, String[] path) {
    return type == ResourceType.REQUIRED_ACTION
        && path[path.length - 1].equals(RealmSwitches.API_KEYS);
  }

  /**
   * Whether users or clients may lose the scope {@code offline_access} by it, without being named:
   * by a role of a group, a role within a role, what the scope demands.
   */
  private static boolean maybeTakesOfflineAccess(AdminEvent event) {
    ResourceType type = event.getResourceType();
    String path = event.getResourcePath();
    if (type == null || path == null || path.startsWith("users/")) {
      return false;
    }
    OperationType operation = event.getOperationType();
    return switch (type) {
      case REALM_SCOPE_MAPPING, CLIENT_SCOPE_MAPPING ->
          // A scope that demands no role is everybody's: its first role takes it away.
          operation == OperationType.CREATE || operation == OperationType.DELETE;
      case GROUP, CLIENT_SCOPE ->
          // A group can be moved, a scope renamed.
          operation == OperationType.UPDATE || operation == OperationType.DELETE;
      case REALM_ROLE, CLIENT_ROLE, REALM_ROLE_MAPPING, CLIENT_ROLE_MAPPING ->
          operation == OperationType.DELETE;
      default -> false;
    };
  }

  private static List<Ending> action(
      String realmId,
      String[] path,
      @Nullable String userId,
      Endings endings,
      EventContext context) {
    String last = path[path.length - 1];
    if (userId == null) {
      return last.equals("logout-all")
          ? List.of(endings.realm(realmId, context.realmNotBefore()))
          : List.of();
    }
    if (last.equals("logout") && path.length == 3) {
      return List.of(endings.user(realmId, userId, context.userNotBefore(userId)));
    }
    // Consents and whatever else may end sessions of this user.
    return List.of(endings.user(realmId, userId));
  }

  private static List<Ending> realmUpdate(String realmId, Endings endings, EventContext context) {
    if (!context.isRealmEnabled()) {
      return List.of(endings.realm(realmId));
    }
    List<Ending> result = new ArrayList<>();
    if (context.hasNewAddress()) {
      result.add(endings.realm(realmId));
    }
    if (context.hasOrganizationsOff()) {
      result.add(endings.verifyMembers(realmId, new Members(Members.Kind.ORGANIZATIONS, "")));
    }
    if (context.realmNotBefore() > 0) {
      result.add(endings.realmNotBefore(realmId, context.realmNotBefore()));
    }
    return result;
  }

  private static String cause(AdminEvent event) {
    return "ADMIN_" + event.getOperationType() + "_" + event.getResourceTypeAsString();
  }
}

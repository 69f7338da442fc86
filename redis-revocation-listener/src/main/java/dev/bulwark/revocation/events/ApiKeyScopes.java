package dev.bulwark.revocation.events;

import dev.bulwark.contract.ApiKeyDetails;
import dev.bulwark.revocation.rules.RevocationScope;
import dev.bulwark.revocation.rules.Scopes;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Event;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.OperationType;

/**
 * The death of API keys, which reaches this module only as Keycloak events. The tokens exchanged
 * from a key bear its id.
 */
final class ApiKeyScopes {

  private static final List<String> ID_DETAILS =
      List.of(ApiKeyDetails.DEAD_KEY, "credential_id", "selected_credential_id");
  private static final Pattern END = Pattern.compile("[0-9]{1,15}");
  private static final String KEYS = "api-keys";
  private static final String CREDENTIALS = "credentials";

  private ApiKeyScopes() {}

  static List<RevocationScope> ofUserEvent(Event event, String realmId, Scopes scopes) {
    if (!ApiKeyDetails.CREDENTIAL_TYPE.equals(UserEventScopes.detail(event, "credential_type"))) {
      return List.of();
    }
    for (String name : ID_DETAILS) {
      String id = UserEventScopes.detail(event, name);
      if (id != null && !id.isBlank()) {
        return List.of(scopes.apiKey(realmId, id));
      }
    }
    return ending(
        UserEventScopes.detail(event, ApiKeyDetails.KEY),
        UserEventScopes.detail(event, ApiKeyDetails.ENDS_AT),
        realmId,
        scopes);
  }

  /** A rotation whose overlap is shorter than tokens live says when it ends. */
  private static List<RevocationScope> ending(
      @Nullable String id, @Nullable String end, String realmId, Scopes scopes) {
    return id == null || id.isBlank() || end == null || !END.matcher(end).matches()
        ? List.of()
        : List.of(scopes.apiKeyEnding(realmId, id, Long.parseLong(end)));
  }

  static List<RevocationScope> ofAdminEvent(AdminEvent event, String realmId, Scopes scopes) {
    String[] path = event.getResourcePath().split("/", -1);
    Map<String, String> details = event.getDetails();
    if (path.length == 3 && path[0].equals(KEYS) && details != null) {
      return ending(path[1], details.get(ApiKeyDetails.ENDS_AT), realmId, scopes);
    }
    String id = keyId(event.getOperationType(), path, details);
    return id == null ? List.of() : List.of(scopes.apiKey(realmId, id));
  }

  private static @Nullable String keyId(
      OperationType operation, String[] path, @Nullable Map<String, String> details) {
    int last = path.length - 1;
    if (last < 1 || path[last].isBlank()) {
      return null;
    }
    String collection = path[last - 1];
    boolean dead = operation == OperationType.DELETE;
    if (collection.equals(KEYS)) {
      boolean narrowed =
          operation == OperationType.UPDATE
              && details != null
              && details.containsKey(ApiKeyDetails.TOKENS_DEAD_FROM);
      return dead || narrowed ? path[last] : null;
    }
    // users/{id}/credentials/{id}: of whatever type, for the path does not say. Keycloak 26.7 calls
    // the removal of a credential an action.
    return (dead || operation == OperationType.ACTION)
            && collection.equals(CREDENTIALS)
            && path[0].equals("users")
        ? path[last]
        : null;
  }
}

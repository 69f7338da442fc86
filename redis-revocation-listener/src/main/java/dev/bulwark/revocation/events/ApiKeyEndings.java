package dev.bulwark.revocation.events;

import dev.bulwark.contract.ApiKeyDetails;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
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
final class ApiKeyEndings {

  private static final List<String> ID_DETAILS =
      List.of(ApiKeyDetails.DEAD_KEY, "credential_id", "selected_credential_id");
  private static final Pattern END = Pattern.compile("[0-9]{1,15}");
  private static final String KEYS = "api-keys";
  private static final String CREDENTIALS = "credentials";

  private ApiKeyEndings() {}

  static List<Ending> ofUserEvent(Event event, String realmId, Endings endings) {
    if (!ApiKeyDetails.CREDENTIAL_TYPE.equals(UserEventEndings.detail(event, "credential_type"))) {
      return List.of();
    }
    for (String name : ID_DETAILS) {
      String id = UserEventEndings.detail(event, name);
      if (id != null && !id.isBlank()) {
        return List.of(endings.apiKey(realmId, id));
      }
    }
    return ending(
        UserEventEndings.detail(event, ApiKeyDetails.KEY),
        UserEventEndings.detail(event, ApiKeyDetails.ENDS_AT),
        realmId,
        endings);
  }

  /** A rotation whose overlap is shorter than tokens live says when it ends. */
  private static List<Ending> ending(
      @Nullable String id, @Nullable String end, String realmId, Endings endings) {
    return id == null || id.isBlank() || end == null || !END.matcher(end).matches()
        ? List.of()
        : List.of(endings.apiKeyEnding(realmId, id, Long.parseLong(end)));
  }

  static List<Ending> ofAdminEvent(AdminEvent event, String realmId, Endings endings) {
    String[] path = event.getResourcePath().split("/", -1);
    Map<String, String> details = event.getDetails();
    if (path.length == 3 && path[0].equals(KEYS) && details != null) {
      return ending(path[1], details.get(ApiKeyDetails.ENDS_AT), realmId, endings);
    }
    String id = keyId(event.getOperationType(), path, details);
    return id == null ? List.of() : List.of(endings.apiKey(realmId, id));
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

package dev.bulwark.password.stored;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code GET /admin/realms/{realm}/password-hashes}: how many passwords of the realm are stored
 * under which algorithm, for whoever may view its users.
 */
public final class PasswordHashesResource {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;

  PasswordHashesResource(KeycloakSession session, RealmModel realm, AdminPermissionEvaluator auth) {
    this.session = session;
    this.realm = realm;
    this.auth = auth;
  }

  /** {@code {"total", "byAlgorithm": {id: count above 0}, "legacy"}}, counted now. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Map<String, Object> count() {
    auth.users().requireView();
    StoredHashCount count = new StoredHashQuery(session).ofRealm(realm.getId());
    Map<String, Long> present = new LinkedHashMap<>(count.byAlgorithm());
    present.values().removeIf(number -> number == 0);
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("total", count.total());
    answer.put("byAlgorithm", present);
    answer.put("legacy", count.legacy());
    return answer;
  }
}

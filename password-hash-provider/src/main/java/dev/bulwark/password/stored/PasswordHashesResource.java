package dev.bulwark.password.stored;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code GET /admin/realms/{realm}/password-hashes}: the number of stored passwords of the realm
 * for each algorithm. It needs the permission to view users.
 */
public final class PasswordHashesResource {

  private static final int RETRY_AFTER_SECONDS = 10;

  private final CountGate gate;
  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;

  PasswordHashesResource(
      CountGate gate, KeycloakSession session, RealmModel realm, AdminPermissionEvaluator auth) {
    this.gate = gate;
    this.session = session;
    this.realm = realm;
    this.auth = auth;
  }

  /**
   * {@code {"total", "byAlgorithm": {id: count above 0}, "legacy", "overTime"}}, counted now; 503
   * with {@code Retry-After} while this server counts for somebody else, or when the database gave
   * up. {@code overTime} has the days of the last {@value PasswordDays#KEPT} with a count, the
   * oldest first; its last element is today.
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response count() {
    auth.users().requireView();
    return gate.count(() -> new StoredHashQuery(session).ofRealm(realm.getId()))
        .map(count -> Response.ok(body(count)).build())
        .orElseGet(PasswordHashesResource::unavailable);
  }

  private Map<String, Object> body(StoredHashCount count) {
    Map<String, Long> present = new LinkedHashMap<>(count.byAlgorithm());
    present.values().removeIf(number -> number == 0);
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("total", count.total());
    body.put("byAlgorithm", present);
    body.put("legacy", count.legacy());
    body.put("overTime", overTime(count));
    return body;
  }

  private List<Map<String, Object>> overTime(StoredHashCount now) {
    LocalDate today = DailyCount.today();
    List<Map<String, Object>> days = new ArrayList<>();
    new PasswordDays(session)
        .before(today, realm.getId())
        .forEach(day -> days.add(entry(day.day(), day.total(), day.legacy())));
    days.add(entry(today, now.total(), now.legacy()));
    return days;
  }

  private static Map<String, Object> entry(LocalDate day, long total, long legacy) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("day", day.toString());
    entry.put("total", total);
    entry.put("legacy", legacy);
    return entry;
  }

  private static Response unavailable() {
    return Response.status(Response.Status.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
        .entity(Map.of("errorMessage", "Another count is under way, or this one took too long"))
        .build();
  }
}

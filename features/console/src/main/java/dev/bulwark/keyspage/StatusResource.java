package dev.bulwark.keyspage;

import dev.bulwark.status.PartReport;
import dev.bulwark.status.ReportsPart;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code GET /admin/realms/{realm}/bulwark-status}: how each part of the bundle is in the realm, as
 * the node that answers sees it, for administrators who may view the realm.
 */
public final class StatusResource {

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;

  StatusResource(KeycloakSession session, RealmModel realm, AdminPermissionEvaluator auth) {
    this.session = session;
    this.realm = realm;
    this.auth = auth;
  }

  /** Returns the reports of all parts. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response get() {
    auth.realm().requireViewRealm();
    List<Map<String, Object>> parts =
        ReportsPart.all(session.getKeycloakSessionFactory()).stream()
            .map(part -> json(part.report(session, realm)))
            .toList();
    return Response.ok(Map.of("parts", parts))
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .build();
  }

  private static Map<String, Object> json(PartReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("part", report.part());
    json.put("state", report.state().name().toLowerCase(Locale.ROOT));
    json.put("reason", report.reason());
    Map<String, Object> facts = new LinkedHashMap<>();
    report
        .facts()
        .forEach((name, fact) -> facts.put(name, fact instanceof Instant ? fact.toString() : fact));
    json.put("facts", facts);
    return json;
  }
}

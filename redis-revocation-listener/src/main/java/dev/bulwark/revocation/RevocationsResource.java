package dev.bulwark.revocation;

import dev.bulwark.revocation.ledger.RevokedTable;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code GET /admin/realms/{realm}/revocations}: live revoked tokens of the realm by cause, for
 * administrators who may view the realm.
 */
public final class RevocationsResource {

  private static final Logger LOG = Logger.getLogger(RevocationsResource.class);
  private static final String OFF =
      "off: the realm does not list the event listener " + RevocationListenerProviderFactory.ID;
  private static final int RETRY_AFTER_SECONDS = 10;

  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;

  RevocationsResource(RealmModel realm, AdminPermissionEvaluator auth) {
    this.realm = realm;
    this.auth = auth;
  }

  /**
   * Returns the report; 503 with {@code Retry-After} where the database does not answer in time.
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response get() {
    auth.realm().requireViewRealm();
    RevocationService service = RevocationListenerProviderFactory.running();
    if (service == null) {
      String off = RevocationListenerProviderFactory.off();
      return ok(Map.of("running", false, "reason", off == null ? "not running" : off));
    }
    if (!service.caresFor(realm)) {
      return ok(Map.of("running", false, "reason", OFF));
    }
    try {
      return ok(body(service.report().causes(realm.getId())));
    } catch (SQLException e) {
      LOG.warnf("Revoked tokens could not be counted: %s", e.getMessage());
      return Response.status(Response.Status.SERVICE_UNAVAILABLE)
          .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
          .entity(Map.of("errorMessage", "The database did not answer in time"))
          .build();
    }
  }

  private static Map<String, Object> body(List<RevokedTable.Cause> causes) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("running", true);
    body.put("total", causes.stream().mapToLong(RevokedTable.Cause::tokens).sum());
    body.put("byCause", causes.stream().map(RevocationsResource::cause).toList());
    return body;
  }

  private static Map<String, Object> cause(RevokedTable.Cause cause) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("cause", cause.name());
    entry.put("count", cause.tokens());
    entry.put("lastAt", Instant.ofEpochMilli(cause.last()).toString());
    return entry;
  }

  private static Response ok(Object body) {
    return Response.ok(body).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
  }
}

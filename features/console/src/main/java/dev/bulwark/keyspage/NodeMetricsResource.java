package dev.bulwark.keyspage;

import io.micrometer.core.instrument.Metrics;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.keycloak.Config;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminAuth;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;
import org.keycloak.services.resources.admin.fgap.AdminPermissions;

/**
 * {@code GET /admin/realms/{realm}/node-metrics}: counts of the node that answers, of all its
 * realms, since its start. For administrators who may view the realm {@code master}, as what
 * Keycloak itself tells about the server.
 */
public final class NodeMetricsResource {

  private final KeycloakSession session;
  private final AdminPermissionEvaluator auth;

  NodeMetricsResource(KeycloakSession session, AdminPermissionEvaluator auth) {
    this.session = session;
    this.auth = auth;
  }

  /** Returns the counts; none where {@code metrics-enabled} is not set. */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response get() {
    AdminAuth caller = auth.adminAuth();
    RealmModel home = caller.getRealm();
    if (!home.getName().equals(Config.getAdminRealm())
        || !AdminPermissions.evaluator(session, home, caller).realm().canViewRealm()) {
      return Response.status(Response.Status.FORBIDDEN)
          .entity(Map.of("errorMessage", "Only administrators of the realm master may read this"))
          .build();
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("node", node());
    body.put(
        "since",
        Instant.ofEpochMilli(session.getKeycloakSessionFactory().getServerStartupTimestamp())
            .toString());
    body.put("enabled", !Metrics.globalRegistry.getRegistries().isEmpty());
    body.put("counts", NodeCounts.of(Metrics.globalRegistry));
    return Response.ok(body).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
  }

  private static String node() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }
}

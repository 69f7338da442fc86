package dev.bulwark.revocation;

import dev.bulwark.revocation.ledger.RevokedTable;
import dev.bulwark.revocation.push.RealmFeed;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.sql.SQLException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code GET /admin/realms/{realm}/revocations}: live revoked tokens of the realm by cause, and how
 * far Redis is behind, for administrators who may view the realm.
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
      return ok(body(service.report().of(realm.getId(), realm.getName())));
    } catch (SQLException e) {
      LOG.warnf("Revoked tokens could not be counted: %s", e.getMessage());
      return Response.status(Response.Status.SERVICE_UNAVAILABLE)
          .header(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS)
          .entity(Map.of("errorMessage", "The database did not answer in time"))
          .build();
    }
  }

  private static Map<String, Object> body(RevocationReport.Report report) {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("running", true);
    body.put("total", report.causes().stream().mapToLong(RevokedTable.Cause::tokens).sum());
    body.put("byCause", report.causes().stream().map(RevocationsResource::cause).toList());
    if (report.configured()) {
      body.put("redis", redis(report));
    }
    return body;
  }

  private static Map<String, Object> redis(RevocationReport.Report report) {
    Map<String, Object> redis = new LinkedHashMap<>();
    redis.put("available", report.available());
    RealmFeed feed = report.feed();
    redis.put("completeUntil", feed == null ? null : moment(feed.completeUntil()));
    redis.put("inDoubt", feed == null ? null : feed.inDoubt());
    RevokedTable.Backlog backlog = report.backlog();
    redis.put("pending", backlog == null ? null : backlog.count());
    redis.put("oldestPendingAt", backlog == null ? null : moment(backlog.oldest()));
    return redis;
  }

  private static Map<String, Object> cause(RevokedTable.Cause cause) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("cause", cause.name());
    entry.put("count", cause.tokens());
    entry.put("lastAt", moment(cause.last()));
    return entry;
  }

  private static @Nullable String moment(long millis) {
    return millis == 0 ? null : Instant.ofEpochMilli(millis).toString();
  }

  private static Response ok(Object body) {
    return Response.ok(body).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
  }
}

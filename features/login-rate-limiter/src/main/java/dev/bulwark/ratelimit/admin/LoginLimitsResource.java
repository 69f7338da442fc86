package dev.bulwark.ratelimit.admin;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.limit.address.ClientAddress;
import dev.bulwark.ratelimit.Account;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code /admin/realms/{realm}/login-limits}: login attempts that were refused lately, and the way
 * to let a user or an address try again at once.
 */
public final class LoginLimitsResource {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Longest time for which refusals are counted. */
  private static final int MAX_MINUTES = 24 * 60;

  private static final int MAX_CHARACTERS = 255;
  private static final int MAX_BODY_BYTES = 4_096;

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;
  private final AdminEventBuilder adminEvent;

  LoginLimitsResource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder adminEvent) {
    this.session = session;
    this.realm = realm;
    this.auth = auth;
    this.adminEvent = adminEvent;
  }

  /**
   * Attempts that were refused in the last minutes, from the realm's stored events.
   *
   * @param minutes 1 to 1440, an hour if missing
   */
  @GET
  @Path("refusals")
  @Produces(MediaType.APPLICATION_JSON)
  public Response refusals(@QueryParam("minutes") @Nullable String minutes) {
    auth.realm().requireViewEvents();
    int asked;
    try {
      asked = minutes == null ? 60 : Integer.parseInt(minutes);
    } catch (NumberFormatException e) {
      asked = 0;
    }
    if (asked < 1 || asked > MAX_MINUTES) {
      return error("minutes must be a number from 1 to " + MAX_MINUTES);
    }
    Duration length = Duration.ofMinutes(asked);
    Instant to = Instant.ofEpochMilli(Time.currentTimeMillis());
    RefusalCount count = new RefusalCount(to.minus(length), length);
    boolean complete = new RefusalEvents(session, realm).countInto(count, to.minus(length));
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("from", to.minus(length).toString());
    body.put("to", to.toString());
    body.put("stored", realm.isEventsEnabled());
    body.put("complete", complete);
    body.put("total", count.total());
    body.put("overTime", count.overTime());
    body.put("byOrigin", count.byOrigin());
    return ok(body);
  }

  /**
   * Lifts the limit of a user name or e-mail address, or of an IP address.
   *
   * @param input a JSON object with {@code username} or {@code address}
   */
  @POST
  @Path("unblock")
  @Consumes(MediaType.APPLICATION_JSON)
  @Produces(MediaType.APPLICATION_JSON)
  public Response unblock(@Nullable InputStream input) {
    JsonNode body = read(input);
    String username = member(body, "username");
    String address = member(body, "address");
    if ((username == null) == (address == null)) {
      requireManage(null);
      return error("Either username or address is needed, of 1 to 255 characters without NUL");
    }
    if (address != null && !ClientAddress.isNumeric(address)) {
      requireManage(null);
      return error("address must be an IPv4 or IPv6 address");
    }
    LoginRateLimiterProvider limiter = session.getProvider(LoginRateLimiterProvider.class);
    boolean everywhere;
    if (username != null) {
      Account account = limiter.find(username);
      UserModel user = account.user();
      requireManage(user);
      everywhere = limiter.lift(account);
      if (user != null) {
        session.loginFailures().removeUserLoginFailure(realm, user.getId());
      }
    } else {
      requireManage(null);
      everywhere = limiter.liftAddress(String.valueOf(address));
    }
    adminEvent
        .operation(OperationType.ACTION)
        .resource("LOGIN_LIMIT")
        .resourcePath(LoginLimitsResourceProviderFactory.ID, "unblock")
        .detail(username != null ? "username" : "address", username != null ? username : address)
        .detail("everywhere", Boolean.toString(everywhere))
        .success();
    return ok(Map.of("everywhere", everywhere));
  }

  private void requireManage(@Nullable UserModel user) {
    if (user == null) {
      auth.users().requireManage();
    } else {
      auth.users().requireManage(user);
    }
  }

  private static @Nullable JsonNode read(@Nullable InputStream input) {
    try {
      return input == null ? null : JSON.readTree(input.readNBytes(MAX_BODY_BYTES));
    } catch (IOException e) {
      return null;
    }
  }

  private static @Nullable String member(@Nullable JsonNode body, String name) {
    String value = body == null ? "" : body.path(name).asText("").trim();
    // PostgreSQL rejects a query with NUL.
    return value.isEmpty() || value.length() > MAX_CHARACTERS || value.indexOf('\0') >= 0
        ? null
        : value;
  }

  private static Response ok(Object body) {
    return Response.ok(body).header(HttpHeaders.CACHE_CONTROL, "no-store").build();
  }

  private static Response error(String message) {
    return Response.status(Response.Status.BAD_REQUEST)
        .entity(Map.of("errorMessage", message))
        .build();
  }
}

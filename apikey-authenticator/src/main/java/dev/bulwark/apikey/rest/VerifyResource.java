package dev.bulwark.apikey.rest;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.bulwark.apikey.client.VerifyCallers;
import dev.bulwark.apikey.key.limit.Allowance;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.manage.ScopeCatalog;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import dev.bulwark.apikey.rest.message.ApiError;
import dev.bulwark.apikey.rest.message.KeyRepresentation;
import dev.bulwark.apikey.verify.ApiKeyHeader;
import dev.bulwark.apikey.verify.AuthorizationKey;
import dev.bulwark.apikey.verify.KeyDoor;
import dev.bulwark.apikey.verify.RateLimitHeaders;
import dev.bulwark.apikey.verify.TokenErrors;
import dev.bulwark.apikey.verify.Verification;
import dev.bulwark.limit.address.Network;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.protocol.oidc.utils.AuthorizeClientUtil;

/**
 * {@code /realms/{realm}/api-keys/verify}: forward authentication. Gateways send whatever method
 * and path the original request had (Envoy appends the path), so every one is answered alike.
 */
public final class VerifyResource {

  private static final AddressWarnings WARNINGS = new AddressWarnings();

  static final List<String> FORWARDED = List.of("X-Forwarded-For", "Forwarded");

  private final KeycloakSession session;
  private final RealmModel realm;

  VerifyResource(KeycloakSession session) {
    this.session = session;
    this.realm = session.getContext().getRealm();
  }

  @GET
  public Response get() {
    return verify();
  }

  @POST
  public Response post() {
    return verify();
  }

  @PUT
  public Response put() {
    return verify();
  }

  @PATCH
  public Response patch() {
    return verify();
  }

  @DELETE
  public Response delete() {
    return verify();
  }

  @OPTIONS
  public Response options() {
    return verify();
  }

  @GET
  @Path("{path: .+}")
  public Response getPath(@PathParam("path") String path) {
    return verify();
  }

  @POST
  @Path("{path: .+}")
  public Response postPath(@PathParam("path") String path) {
    return verify();
  }

  @PUT
  @Path("{path: .+}")
  public Response putPath(@PathParam("path") String path) {
    return verify();
  }

  @PATCH
  @Path("{path: .+}")
  public Response patchPath(@PathParam("path") String path) {
    return verify();
  }

  @DELETE
  @Path("{path: .+}")
  public Response deletePath(@PathParam("path") String path) {
    return verify();
  }

  @OPTIONS
  @Path("{path: .+}")
  public Response optionsPath(@PathParam("path") String path) {
    return verify();
  }

  private Response verify() {
    EventBuilder event =
        new EventBuilder(realm, session, session.getContext().getConnection())
            .event(EventType.INTROSPECT_TOKEN)
            .detail(Details.AUTH_METHOD, "api-key");
    if (!realm.isEnabled()) {
      event.error(Errors.REALM_DISABLED);
      return refused(ApiError.response(401, "access_denied", "Realm not enabled"));
    }
    HttpHeaders headers = session.getContext().getRequestHeaders();
    String remote = session.getContext().getConnection().getRemoteHost();
    ApiKeyProvider keys = session.getProvider(ApiKeyProvider.class);
    ClientModel caller = null;
    Optional<String> own = ownKey(headers);
    if (headers.getHeaderString(HttpHeaders.AUTHORIZATION) != null && own.isEmpty()
        || !isAllowed(keys, headers, remote)) {
      caller = authenticate(event);
      event.client(caller);
      if (!VerifyCallers.allows(caller)) {
        event.detail(Details.REASON, "api_key_caller_not_allowed").error(Errors.NOT_ALLOWED);
        return refused(
            ApiError.response(
                401,
                "unauthorized_client",
                "The client may not verify API keys: it needs the attribute "
                    + VerifyCallers.ATTRIBUTE));
      }
      WARNINGS.check(realm, caller, headers, remote);
    }
    return answer(
        event,
        VerifyCallers.address(caller, headers, remote),
        presented(headers, caller == null ? own : Optional.empty()));
  }

  /**
   * Returns the key in {@code X-API-Key}, else in the {@code Authorization} of the gateway's
   * client.
   *
   * @param own the key in the request's own {@code Authorization}
   */
  private static Optional<String> presented(HttpHeaders headers, Optional<String> own) {
    return headers.getHeaderString(ApiKeyHeader.NAME) != null
        ? ApiKeyHeader.of(headers)
        : own.or(() -> AuthorizationKey.of(headers.getRequestHeader(AuthorizationKey.FORWARDED)));
  }

  /**
   * The key in the {@code Authorization} of a gateway that passes on what its client has sent. Only
   * what has the form of this realm's keys: anything else are credentials of the caller.
   */
  private Optional<String> ownKey(HttpHeaders headers) {
    return AuthorizationKey.of(headers.getRequestHeader(HttpHeaders.AUTHORIZATION))
        .filter(
            key ->
                switch (ApiKeyFormat.classify(key, RealmLimits.of(realm).prefix())) {
                  case CHECKED, UNCHECKED, BAD_CHECKSUM -> true;
                  case FOREIGN, ODD_LENGTH, MALFORMED -> false;
                });
  }

  /**
   * Whether a request says which client it comes from. Of any other one Keycloak would send an
   * event, and so would a line of the log be written for each request of a stranger.
   */
  private boolean namesClient() {
    MultivaluedMap<String, String> form =
        session.getContext().getHttpRequest().getDecodedFormParameters();
    return session.getContext().getRequestHeaders().getHeaderString(HttpHeaders.AUTHORIZATION)
            != null
        || form.containsKey(OAuth2Constants.CLIENT_ID)
        || session.getContext().getUri().getQueryParameters().containsKey(OAuth2Constants.CLIENT_ID)
        || form.containsKey(OAuth2Constants.CLIENT_ASSERTION);
  }

  private ClientModel authenticate(EventBuilder event) {
    if (!namesClient()) {
      throw new WebApplicationException(
          Response.fromResponse(
                  ApiError.response(
                      401,
                      OAuthErrorException.INVALID_CLIENT,
                      "Invalid client or Invalid client credentials"))
              .header(
                  HttpHeaders.WWW_AUTHENTICATE,
                  "Basic realm=\"" + PercentEncoding.encode(realm.getName()) + "\"")
              .build());
    }
    try {
      return AuthorizeClientUtil.authorizeClient(session, event, null).getClient();
    } catch (WebApplicationException e) {
      Response rejected = e.getResponse();
      if (rejected.getStatus() != Response.Status.UNAUTHORIZED.getStatusCode()) {
        throw e;
      }
      throw new WebApplicationException(refused(ApiError.asProblem(rejected)));
    }
  }

  /**
   * The caller is not told anything about the key. Always 401: a gateway takes 403 for the answer
   * about the key, and its clients would throw good keys away.
   */
  private Response refused(Response answer) {
    return Response.fromResponse(answer)
        .header(
            HttpHeaders.WWW_AUTHENTICATE,
            "Basic realm=\"" + PercentEncoding.encode(realm.getName()) + "\"")
        .build();
  }

  /**
   * By the address that the server takes for the caller's. Behind a proxy that appends to these
   * headers it is one that the caller has made up: a list is believed in no case.
   */
  private static boolean isAllowed(
      ApiKeyProvider keys, HttpHeaders headers, @Nullable String remote) {
    for (String name : FORWARDED) {
      String value = headers.getHeaderString(name);
      if (value != null && value.indexOf(',') >= 0) {
        return false;
      }
    }
    for (Network range : keys.config().verifyAllowedAddresses()) {
      if (range.contains(remote)) {
        return true;
      }
    }
    return false;
  }

  private Response answer(
      EventBuilder event, @Nullable String address, Optional<String> presented) {
    if (presented.isEmpty()) {
      event.detail(Details.REASON, "api_key_missing").error("invalid_api_key");
      return ApiError.asProblem(rejected());
    }
    KeyDoor.Outcome outcome =
        KeyDoor.of(ApiKeyProvider.verifier(session), event, VerifyResource::rejected)
            .check(presented.get(), address);
    return outcome instanceof KeyDoor.Open open
        ? accepted(open.accepted())
        : ApiError.asProblem(((KeyDoor.Closed) outcome).answer());
  }

  /**
   * All five headers are always there, empty where there is nothing to say: a gateway that copies
   * them then always overwrites what a caller may have sent under the same names.
   */
  private Response accepted(Verification.Accepted accepted) {
    ApiKey key = accepted.key();
    UserModel subject = new ScopeCatalog(session, realm).subject(key.owner());
    String client = key.owner() instanceof KeyOwner.Client owner ? owner.model().getClientId() : "";
    Verified verified =
        new Verified(
            subject == null ? key.owner().id() : subject.getId(),
            subject == null ? client : subject.getUsername(),
            client,
            String.join(" ", accepted.scopes()),
            key.id(),
            Remaining.of(accepted.allowance()),
            KeyRepresentation.metadata(key.data()));
    Response answer =
        Response.ok(verified)
            .type(MediaType.APPLICATION_JSON_TYPE)
            .header("X-Auth-Subject", PercentEncoding.encode(verified.subject()))
            .header("X-Auth-Username", PercentEncoding.encode(verified.username()))
            .header("X-Auth-Client", PercentEncoding.encode(verified.client()))
            .header("X-Auth-Scopes", PercentEncoding.encode(verified.scopes()))
            .header("X-Auth-Key-Id", PercentEncoding.encode(verified.keyId()))
            .header(HttpHeaders.CACHE_CONTROL, "no-store")
            .build();
    return RateLimitHeaders.of(answer, accepted.allowance());
  }

  /**
   * The same as the headers, for callers that read bodies. Metadata is here only: it may have any
   * characters, and a gateway would pass headers on to applications that take them for decisions.
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  record Verified(
      String subject,
      String username,
      String client,
      String scopes,
      String keyId,
      @Nullable Remaining rateLimit,
      Map<String, String> metadata) {}

  /** The rate limit of a key, and what is left of it. */
  record Remaining(int requests, int seconds, int remaining, long resetSeconds) {
    static @Nullable Remaining of(@Nullable Allowance allowance) {
      return allowance == null
          ? null
          : new Remaining(
              allowance.limit().requests(),
              allowance.limit().seconds(),
              allowance.remaining(),
              allowance.resetSeconds());
    }
  }

  private static Response rejected() {
    return TokenErrors.rejected(Response.Status.FORBIDDEN, "invalid_api_key");
  }
}

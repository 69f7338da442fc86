package dev.bulwark.statuslist;

import dev.bulwark.statuslist.StatusListMetrics.Answer;
import dev.bulwark.statuslist.store.StatusLists.State;
import dev.bulwark.statuslist.store.StatusLists.UnavailableException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;

/**
 * {@code GET /realms/{realm}/token-status/{list}}: a signed list. {@code GET
 * /realms/{realm}/token-status}: which lists there are. Both are public: they say nothing that a
 * token does not say to everyone who has it.
 */
public final class TokenStatusResource {

  private static final String JWT_TYPE = "application/statuslist+jwt";
  private static final String ANY_ORIGIN = "Access-Control-Allow-Origin";
  private static final int RETRY_SECONDS = 2;

  private final KeycloakSession session;
  private final TokenStatus status;

  TokenStatusResource(KeycloakSession session, TokenStatus status) {
    this.session = session;
    this.status = status;
  }

  /** Returns a list as a JWT, or 304 if the client has it. */
  @GET
  @Path("{list}")
  @Produces(JWT_TYPE)
  public Response list(
      @PathParam("list") String id,
      @QueryParam("time") @Nullable String time,
      @HeaderParam(HttpHeaders.IF_NONE_MATCH) @Nullable String ifNoneMatch,
      @HeaderParam(HttpHeaders.ACCEPT_ENCODING) @Nullable String acceptEncoding) {
    if (time != null) {
      status.metrics().count(Answer.UNSUPPORTED);
      return error(501, "not_supported", "Only the current list is available").build();
    }
    RealmModel realm = session.getContext().getRealm();
    try {
      Optional<State> state = status.lists().find(id, realm.getId());
      if (state.isEmpty()) {
        status.metrics().count(Answer.UNKNOWN);
        return error(404, "not_found", "There is no such list").build();
      }
      Optional<SignedList> signed = status.sign(session, state.get());
      if (signed.isPresent()) {
        return answer(signed.get(), ifNoneMatch, acceptEncoding);
      }
      status.metrics().count(Answer.UNAVAILABLE);
      return unavailable("It is not known whether the list is complete");
    } catch (UnavailableException e) {
      status.metrics().count(Answer.UNAVAILABLE);
      return unavailable("The list cannot be read");
    }
  }

  private Response answer(
      SignedList list, @Nullable String ifNoneMatch, @Nullable String acceptEncoding) {
    boolean gzip = acceptEncoding != null && AcceptedEncoding.takesGzip(acceptEncoding);
    boolean known = ifNoneMatch != null && list.isNamedIn(ifNoneMatch);
    status.metrics().count(known ? Answer.NOT_MODIFIED : Answer.LIST);
    Response.ResponseBuilder answer =
        known ? Response.notModified() : Response.ok(list.body(gzip), JWT_TYPE);
    if (gzip && !known) {
      answer.header(HttpHeaders.CONTENT_ENCODING, "gzip");
    }
    return answer
        .header(HttpHeaders.ETAG, list.entityTag(gzip))
        .header(
            HttpHeaders.CACHE_CONTROL,
            "public, max-age=" + status.maxAgeSeconds(list) + ", must-revalidate")
        .header(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING)
        .header(ANY_ORIGIN, "*")
        .header("Access-Control-Expose-Headers", HttpHeaders.ETAG)
        .build();
  }

  /** Returns the URIs of all lists of the realm (section 9 of the draft). */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public Response aggregation() {
    RealmModel realm = session.getContext().getRealm();
    if (!status.hasAggregation()) {
      return error(404, "not_found", "The lists are not listed").build();
    }
    try {
      List<String> uris =
          status.lists().ids(realm.getId()).stream().map(id -> status.uri(session, id)).toList();
      return Response.ok(Map.of("status_lists", uris), MediaType.APPLICATION_JSON_TYPE)
          .header(HttpHeaders.CACHE_CONTROL, "public, max-age=" + status.ttlSeconds())
          .header(ANY_ORIGIN, "*")
          .build();
    } catch (UnavailableException e) {
      return unavailable("The lists cannot be read");
    }
  }

  /** A browser asks before it sends {@code If-None-Match}. */
  @OPTIONS
  @Path("{list}")
  public Response preflight() {
    return Response.noContent()
        .header(ANY_ORIGIN, "*")
        .header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        .header("Access-Control-Allow-Headers", "If-None-Match")
        .header("Access-Control-Max-Age", "3600")
        .build();
  }

  private static Response unavailable(String description) {
    return error(503, "temporarily_unavailable", description)
        .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
        .build();
  }

  private static Response.ResponseBuilder error(int status, String error, String description) {
    return Response.status(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header(HttpHeaders.CACHE_CONTROL, "no-store")
        .header(ANY_ORIGIN, "*")
        .entity(new OAuth2ErrorRepresentation(error, description));
  }
}

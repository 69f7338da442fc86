package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.KeyUpdate;
import dev.bulwark.apikey.manage.NewApiKey;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.manage.Rotation;
import dev.bulwark.apikey.page.KeySettings;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import dev.bulwark.apikey.rest.message.ApiError;
import dev.bulwark.apikey.rest.message.KeyChange;
import dev.bulwark.apikey.rest.message.KeyRepresentation;
import dev.bulwark.apikey.rest.message.KeyRequest;
import dev.bulwark.apikey.rest.message.PageRequest;
import dev.bulwark.apikey.rest.message.RestErrors;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.OPTIONS;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.cors.Cors;

/** {@code /realms/{realm}/api-keys}: operations of owners on their own keys. */
@Produces({MediaType.APPLICATION_JSON, ApiError.MEDIA_TYPE})
public final class OwnerResource {

  /** As in the administrators' list. */
  private static final int MAX_PAGE = 1_000;

  static final String[] METHODS = {"GET", "POST", "PATCH", "DELETE", "OPTIONS"};

  private final KeycloakSession session;
  private final RealmModel realm;

  OwnerResource(KeycloakSession session) {
    this.session = session;
    this.realm = session.getContext().getRealm();
  }

  private ApiKeyProvider keys() {
    return session.getProvider(ApiKeyProvider.class);
  }

  private ApiKeyManager manager() {
    return keys().manager(realm);
  }

  private EventBuilder event(OwnerAccess access) {
    return new EventBuilder(realm, session, session.getContext().getConnection())
        .client(access.client())
        .user(access.user());
  }

  /** Answers an owner, unless it has sent too many requests. */
  private Response answer(Function<OwnerAccess, Response> work) {
    OwnerAccess access = OwnerAccess.require(session);
    return RestErrors.of(
        session,
        () -> {
          keys().ownerRate().request(realm, access.owner(), () -> event(access));
          return work.apply(access);
        });
  }

  /** Answers an owner who revokes keys, however many requests it has sent. */
  private Response answerRevocation(Consumer<OwnerAccess> work) {
    OwnerAccess access = OwnerAccess.require(session);
    return RestErrors.of(
        session,
        () -> {
          keys().ownerRate().revocation(realm, access.owner(), () -> event(access));
          work.accept(access);
          return Response.noContent().build();
        });
  }

  /** Forward authentication; answers callers of its own kind. */
  @Path("verify")
  public VerifyResource verify() {
    return new VerifyResource(session);
  }

  @OPTIONS
  @Path("{path: .*}")
  public Response preflight(@PathParam("path") String path) {
    if (path.startsWith("verify")) {
      // Envoy appends the path of "OPTIONS *": no success may come of what only looks like verify.
      return ApiError.response(404, "not_found", "No such resource");
    }
    Cors.builder().auth().preflight().allowedMethods(METHODS).add();
    return Response.ok().build();
  }

  /** What this module's REST is like; for everybody, as it holds nothing of the realm. */
  @GET
  @Path("openapi.json")
  public Response openApi() {
    return Response.ok(OpenApi.document()).type(MediaType.APPLICATION_JSON_TYPE).build();
  }

  /** The realm's limits, scopes and command, for pages that create keys. */
  @GET
  @Path("settings")
  public Response settings() {
    return answer(
        access ->
            Response.ok(
                    KeySettings.of(
                        session,
                        realm,
                        keys().config(),
                        access.owner(),
                        access.user(),
                        !access.loggedInWithin(keys().config().stepUpMaxAgeSeconds()),
                        choices().allowed()))
                .type(MediaType.APPLICATION_JSON_TYPE)
                .header("Cache-Control", "no-store")
                .build());
  }

  @GET
  public Response list(
      @QueryParam("first") @Nullable String first, @QueryParam("max") @Nullable String max) {
    return answer(
        access -> {
          PageRequest page = PageRequest.of(first, max, MAX_PAGE, MAX_PAGE);
          List<KeyRepresentation.Listed> keys =
              manager().list(access.owner()).stream()
                  .skip(page.first())
                  .limit(page.max())
                  .map(key -> KeyRepresentation.listed(key, false))
                  .toList();
          return Response.ok(keys).type(MediaType.APPLICATION_JSON_TYPE).build();
        });
  }

  @POST
  public Response create(@Nullable InputStream body) {
    return answer(
        access -> {
          if (access.owner() instanceof KeyOwner.Client) {
            throw new ApiKeyException(
                ApiKeyException.Kind.FORBIDDEN,
                "Only an administrator creates keys of a client. The client may rotate them");
          }
          access.requireRecentLogin(realm, keys().config().stepUpMaxAgeSeconds());
          access.requireProvenAddress(realm);
          KeyRequest request =
              KeyRequest.read(session.getContext().getRequestHeaders(), body, KeyChange.CHOSEN);
          return created(create(access, request));
        });
  }

  private NewApiKey create(OwnerAccess access, KeyRequest request) {
    ApiKeyData chosen = KeyChange.chosen(request);
    choices().check(ApiKeyData.builder().build(), chosen);
    keys().ownerRate().newKey(realm, access.owner(), () -> event(access));
    NewApiKey made = manager().create(access.owner(), chosen);
    // After the scopes were checked against the owner: one that is not there is a bad request.
    access.requireWithinToken(chosen.scopes());
    ApiKeyEvents.created(event(access), made.key());
    return made;
  }

  /** Revokes all keys of the caller, for an application's own "log out everywhere". */
  @DELETE
  public Response revokeAll() {
    return answerRevocation(
        access ->
            manager()
                .revokeAll(access.owner())
                .forEach(revoked -> ApiKeyEvents.revoked(event(access), revoked)));
  }

  @GET
  @Path("{id}")
  public Response get(@PathParam("id") String id) {
    return answer(access -> listed(access.owner(), id));
  }

  @PATCH
  @Path("{id}")
  public Response update(@PathParam("id") String id, @Nullable InputStream body) {
    return answer(
        access -> {
          KeyChange change =
              new KeyChange(
                  KeyRequest.read(
                      session.getContext().getRequestHeaders(), body, KeyChange.MEMBERS));
          if (change.mayWiden()) {
            requireMayWiden(access);
          }
          KeyUpdate done =
              manager().update(access.owner(), id, key -> changed(access, change, key));
          access.requireWithinToken(KeyChange.gained(done.before().data(), done.after().data()));
          ApiKeyEvents.updated(event(access), done);
          return listed(access.owner(), id);
        });
  }

  @DELETE
  @Path("{id}")
  public Response revoke(@PathParam("id") String id) {
    return answerRevocation(
        access -> ApiKeyEvents.revoked(event(access), manager().revoke(access.owner(), id)));
  }

  @POST
  @Path("{id}/rotate")
  public Response rotate(@PathParam("id") String id, @Nullable InputStream body) {
    return answer(
        access -> {
          access.requireRecentLogin(realm, keys().config().stepUpMaxAgeSeconds());
          KeyRequest request =
              KeyRequest.read(
                  session.getContext().getRequestHeaders(), body, List.of("overlapSeconds"));
          access.requireProvenAddress(realm);
          long overlapSeconds = request.number("overlapSeconds").orElse(0L);
          return created(rotate(access, id, overlapSeconds));
        });
  }

  private NewApiKey rotate(OwnerAccess access, String id, long overlapSeconds) {
    keys().ownerRate().newKey(realm, access.owner(), () -> event(access));
    Rotation done = manager().rotate(access.owner(), id, overlapSeconds);
    access.requireWithinToken(done.made().key().data().scopes());
    ApiKeyEvents.rotated(event(access), done);
    return done.made();
  }

  private OwnerChoices choices() {
    return new OwnerChoices(RealmLimits.of(realm));
  }

  private ApiKeyData changed(OwnerAccess access, KeyChange change, ApiKeyData before) {
    ApiKeyData after = change.apply(before);
    choices().check(before, after);
    if (KeyChange.frees(before, after)) {
      requireMayWiden(access);
    }
    return after;
  }

  private void requireMayWiden(OwnerAccess access) {
    if (access.owner() instanceof KeyOwner.Client) {
      throw new ApiKeyException(
          ApiKeyException.Kind.FORBIDDEN,
          "Only an administrator changes scopes, expiry and activation of a client's keys, or widens"
              + " their rate limit and networks");
    }
    access.requireRecentLogin(realm, keys().config().stepUpMaxAgeSeconds());
    access.requireProvenAddress(realm);
  }

  private Response listed(KeyOwner owner, String id) {
    return Response.ok(KeyRepresentation.listed(manager().get(owner, id), false))
        .type(MediaType.APPLICATION_JSON_TYPE)
        .build();
  }

  private Response created(NewApiKey made) {
    return Response.created(
            session
                .getContext()
                .getUri()
                .getBaseUriBuilder()
                .path("realms")
                .path(realm.getName())
                .path(OwnerResourceProviderFactory.ID)
                .path(made.key().id())
                .build())
        .entity(KeyRepresentation.created(made, false))
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header("Cache-Control", "no-store")
        .build();
  }
}

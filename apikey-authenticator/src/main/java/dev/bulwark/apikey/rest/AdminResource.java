package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.KeyPage;
import dev.bulwark.apikey.manage.KeyUpdate;
import dev.bulwark.apikey.manage.NewApiKey;
import dev.bulwark.apikey.manage.Rotation;
import dev.bulwark.apikey.page.KeySettings;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import dev.bulwark.apikey.rest.message.ApiError;
import dev.bulwark.apikey.rest.message.FilterRequest;
import dev.bulwark.apikey.rest.message.KeyChange;
import dev.bulwark.apikey.rest.message.KeyRepresentation;
import dev.bulwark.apikey.rest.message.KeyRequest;
import dev.bulwark.apikey.rest.message.OwnerReference;
import dev.bulwark.apikey.rest.message.PageRequest;
import dev.bulwark.apikey.rest.message.RestErrors;
import dev.bulwark.apikey.store.KeyFilter;
import dev.bulwark.contract.ApiKeyDetails;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.PATCH;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.common.util.Time;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code /admin/realms/{realm}/api-keys}: keys of all owners, for administrators and scripts.
 * Keycloak's own permissions decide: for a user's keys view-users and manage-users, for a client's
 * view-clients and manage-clients, fine-grained ones included.
 */
@Produces({MediaType.APPLICATION_JSON, ApiError.MEDIA_TYPE})
public final class AdminResource {

  private static final int DEFAULT_PAGE = 100;
  private static final int MAX_PAGE = 1_000;

  /** Header with the number of keys in the whole list. */
  private static final String TOTAL = "X-Total-Count";

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;
  private final AdministratorAccess access;
  private final AdminEventBuilder adminEvent;

  AdminResource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder adminEvent) {
    this.session = session;
    this.realm = realm;
    this.auth = auth;
    this.access = new AdministratorAccess(session, realm, auth);
    this.adminEvent = adminEvent;
  }

  private ApiKeyManager manager() {
    return session.getProvider(ApiKeyProvider.class).manager(realm);
  }

  @GET
  public Response list(
      @QueryParam("first") @Nullable String first, @QueryParam("max") @Nullable String max) {
    return RestErrors.of(
        session,
        () -> {
          MultivaluedMap<String, String> query = session.getContext().getUri().getQueryParameters();
          PageRequest page = PageRequest.of(first, max, DEFAULT_PAGE, MAX_PAGE);
          KeyFilter filter = FilterRequest.read(query, Time.currentTimeMillis());
          KeyPage found =
              manager().search(visible(filter, OwnerReference.of(query)), page.first(), page.max());
          return Response.ok(
                  found.keys().stream().map(key -> KeyRepresentation.listed(key, true)).toList())
              .type(MediaType.APPLICATION_JSON_TYPE)
              .header(TOTAL, found.total())
              .build();
        });
  }

  /** The filter for the owners that are asked for, if the caller may see their keys. */
  private KeyFilter visible(KeyFilter filter, Optional<OwnerReference> owners) {
    if (owners.isEmpty()) {
      auth.users().requireView();
      auth.clients().requireView();
      return filter;
    }
    OwnerType type = owners.get().type();
    if (owners.get().id() != null) {
      KeyOwner owner = owner(owners.get());
      access.requireView(owner);
      return filter.ownedBy(type, owner.id());
    }
    if (type == OwnerType.USER) {
      auth.users().requireView();
    } else {
      auth.clients().requireView();
    }
    return filter.ownedBy(type, null);
  }

  @POST
  public Response create(@Nullable InputStream body) {
    return RestErrors.of(
        session,
        () -> {
          KeyRequest request =
              KeyRequest.read(
                  session.getContext().getRequestHeaders(),
                  body,
                  Stream.concat(KeyChange.CHOSEN.stream(), Stream.of("owner")).toList());
          KeyOwner owner =
              OwnerReference.of(request)
                  .or(() -> OwnerReference.of(session.getContext().getUri().getQueryParameters()))
                  .map(this::owner)
                  .orElseThrow(
                      () ->
                          KeyRequest.invalid("owner with type (user or client) and id is needed"));
          access.requireManage(owner);
          return created(create(owner, request));
        });
  }

  private NewApiKey create(KeyOwner owner, KeyRequest request) {
    NewApiKey made = manager().create(owner, KeyChange.chosen(request));
    access.requireMayGive(owner, made.key().data().scopes());
    event(OperationType.CREATE, made.key(), "api-keys", made.key().id());
    ApiKeyEvents.created(access.event(session, owner), made.key());
    return made;
  }

  /** The realm's limits, the scopes of an owner and the command, for pages that create keys. */
  @GET
  @Path("settings")
  public Response settings() {
    return RestErrors.of(
        session,
        () -> {
          KeyOwner owner =
              OwnerReference.of(session.getContext().getUri().getQueryParameters())
                  .map(this::owner)
                  .orElseThrow(() -> KeyRequest.invalid("owner must be user:ID or client:ID"));
          access.requireView(owner);
          ApiKeyProvider keys = session.getProvider(ApiKeyProvider.class);
          return Response.ok(
                  KeySettings.of(
                      session,
                      realm,
                      keys.config(),
                      owner,
                      auth.adminAuth().getUser(),
                      false,
                      OwnerChoices.ALL))
              .type(MediaType.APPLICATION_JSON_TYPE)
              .header("Cache-Control", "no-store")
              .build();
        });
  }

  @GET
  @Path("{id}")
  public Response get(@PathParam("id") String id) {
    return RestErrors.of(
        session,
        () -> {
          KeyOwner owner = ownerOfKey(id);
          access.requireView(owner);
          return json(KeyRepresentation.listed(manager().get(owner, id), true));
        });
  }

  @PATCH
  @Path("{id}")
  public Response update(@PathParam("id") String id, @Nullable InputStream body) {
    return RestErrors.of(
        session,
        () -> {
          KeyOwner owner = ownerOfKey(id);
          access.requireManage(owner);
          KeyChange change =
              new KeyChange(
                  KeyRequest.read(
                      session.getContext().getRequestHeaders(), body, KeyChange.MEMBERS));
          KeyUpdate done = manager().update(owner, id, change::apply);
          access.requireMayGive(owner, KeyChange.gained(done.before().data(), done.after().data()));
          if (done.narrows()) {
            adminEvent.detail(
                ApiKeyDetails.TOKENS_DEAD_FROM, String.valueOf(done.after().data().tokensFrom()));
          }
          event(OperationType.UPDATE, done.after(), "api-keys", id);
          ApiKeyEvents.updated(access.event(session, owner), done);
          return json(KeyRepresentation.listed(manager().get(owner, id), true));
        });
  }

  @DELETE
  @Path("{id}")
  public Response revoke(@PathParam("id") String id) {
    return RestErrors.of(
        session,
        () -> {
          KeyOwner owner = ownerOfKey(id);
          access.requireManage(owner);
          ApiKey revoked = manager().revoke(owner, id);
          event(OperationType.DELETE, revoked, "api-keys", id);
          ApiKeyEvents.revoked(access.event(session, owner), revoked);
          return Response.noContent().build();
        });
  }

  @POST
  @Path("{id}/rotate")
  public Response rotate(@PathParam("id") String id, @Nullable InputStream body) {
    return RestErrors.of(
        session,
        () -> {
          KeyRequest request =
              KeyRequest.read(
                  session.getContext().getRequestHeaders(), body, List.of("overlapSeconds"));
          long overlapSeconds = request.number("overlapSeconds").orElse(0L);
          return created(rotate(id, overlapSeconds));
        });
  }

  private NewApiKey rotate(String id, long overlapSeconds) {
    KeyOwner owner = ownerOfKey(id);
    access.requireManage(owner);
    Rotation done = manager().rotate(owner, id, overlapSeconds);
    ApiKey made = done.made().key();
    access.requireMayGive(owner, made.data().scopes());
    event(OperationType.CREATE, made, "api-keys", made.id());
    if (done.oldRevoked()) {
      event(OperationType.DELETE, done.old(), "api-keys", id);
    } else {
      Long tokensEnd = done.tokensEnd();
      if (tokensEnd != null) {
        adminEvent.detail(ApiKeyDetails.ENDS_AT, Long.toString(tokensEnd));
      }
      event(OperationType.ACTION, done.old(), "api-keys", id, "rotate");
    }
    ApiKeyEvents.rotated(access.event(session, owner), done);
    return done.made();
  }

  /** Keys of another application, as JSON lines. */
  @POST
  @Path("import")
  public Response importKeys(@Nullable InputStream body) {
    return new BulkResource(session, realm, auth, adminEvent).importKeys(body);
  }

  /** Brings the index in step with the credentials of the realm's users. */
  @POST
  @Path("reindex")
  public Response reindex(
      @QueryParam("cursor") @Nullable String cursor, @QueryParam("max") @Nullable String max) {
    return new BulkResource(session, realm, auth, adminEvent).reindex(cursor, max);
  }

  /** Callers without a right to look for anything do not learn which ids exist. */
  private KeyOwner ownerOfKey(String id) {
    Optional<KeyOwner> owner = manager().ownerOf(id);
    if (owner.isEmpty()) {
      if (!auth.users().canView() && !auth.clients().canView()) {
        throw new ApiKeyException(ApiKeyException.Kind.FORBIDDEN, "Not allowed");
      }
      throw new ApiKeyException(ApiKeyException.Kind.NOT_FOUND, "API key not found");
    }
    return owner.get();
  }

  private KeyOwner owner(OwnerReference named) {
    OwnerType ownerType = named.type();
    String id = named.id();
    if (id == null) {
      throw KeyRequest.invalid("owner.id is needed");
    }
    Optional<KeyOwner> owner = manager().owner(ownerType, id);
    if (owner.isEmpty() && ownerType == OwnerType.CLIENT) {
      ClientModel client = realm.getClientByClientId(id);
      owner = client == null ? Optional.empty() : Optional.of(new KeyOwner.Client(client));
    }
    if (owner.isEmpty()) {
      boolean mayLook =
          ownerType == OwnerType.USER ? auth.users().canQuery() : auth.clients().canView();
      throw mayLook
          ? new ApiKeyException(ApiKeyException.Kind.NOT_FOUND, "Owner not found")
          : new ApiKeyException(ApiKeyException.Kind.FORBIDDEN, "Not allowed");
    }
    return owner.get();
  }

  private void event(OperationType operation, ApiKey key, String... path) {
    adminEvent
        .operation(operation)
        .resource("API_KEY")
        .resourcePath(path)
        .detail("api_key_owner_type", key.owner().type().id())
        .detail("api_key_owner_id", key.owner().id())
        .success();
  }

  private static Response json(Object entity) {
    return Response.ok(entity).type(MediaType.APPLICATION_JSON_TYPE).build();
  }

  /**
   * Has {@code Content-Location} in place of {@code Location}, which {@code kcadm.sh -o} would
   * fetch and show in place of the response, although only the response has the key.
   */
  private Response created(NewApiKey made) {
    URI address =
        session
            .getContext()
            .getUri()
            .getBaseUriBuilder()
            .path("admin/realms")
            .path(realm.getName())
            .path(AdminResourceProviderFactory.ID)
            .path(made.key().id())
            .build();
    return Response.status(Response.Status.CREATED)
        .contentLocation(address)
        .entity(KeyRepresentation.created(made, true))
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header("Cache-Control", "no-store")
        .build();
  }
}

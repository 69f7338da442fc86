package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.ApiKeyManager;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.NewApiKey;
import dev.bulwark.apikey.provider.ApiKeyProvider;
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
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;
  private final AdminEventBuilder adminEvent;

  AdminResource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder adminEvent) {
    this.session = session;
    this.realm = realm;
    this.auth = auth;
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
          Optional<KeyOwner> owner = ownerOf(null);
          PageRequest page = PageRequest.of(first, max, DEFAULT_PAGE, MAX_PAGE);
          List<ApiKeyManager.Listed> keys;
          if (owner.isPresent()) {
            requireView(owner.get());
            keys =
                manager().list(owner.get()).stream().skip(page.first()).limit(page.max()).toList();
          } else {
            auth.users().requireView();
            auth.clients().requireView();
            keys = manager().list((OwnerType) null, page.first(), page.max());
          }
          return json(keys.stream().map(key -> KeyRepresentation.listed(key, true)).toList());
        });
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
                  Stream.concat(Stream.of(KeyChange.CHOSEN), Stream.of("owner"))
                      .toArray(String[]::new));
          KeyOwner owner =
              ownerOf(request)
                  .orElseThrow(
                      () ->
                          KeyRequest.invalid("owner with type (user or client) and id is needed"));
          requireManage(owner);
          NewApiKey made = manager().create(owner, KeyChange.chosen(request));
          event(OperationType.CREATE, made.key(), "api-keys", made.key().id());
          return created(made);
        });
  }

  @GET
  @Path("{id}")
  public Response get(@PathParam("id") String id) {
    return RestErrors.of(
        session,
        () -> {
          KeyOwner owner = ownerOfKey(id);
          requireView(owner);
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
          requireManage(owner);
          KeyChange change =
              new KeyChange(
                  KeyRequest.read(
                      session.getContext().getRequestHeaders(), body, KeyChange.MEMBERS));
          ApiKeyManager.Change done = manager().update(owner, id, change::apply);
          if (done.narrows()) {
            event(OperationType.UPDATE, done.after(), "api-keys", id);
          } else {
            // Another path: whoever revokes tokens of changed keys has nothing to do here.
            event(OperationType.UPDATE, done.after(), "api-keys", id, "details");
          }
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
          requireManage(owner);
          event(OperationType.DELETE, manager().revoke(owner, id), "api-keys", id);
          return Response.noContent().build();
        });
  }

  @POST
  @Path("{id}/rotate")
  public Response rotate(@PathParam("id") String id, @Nullable InputStream body) {
    return RestErrors.of(
        session,
        () -> {
          KeyOwner owner = ownerOfKey(id);
          requireManage(owner);
          KeyRequest request =
              KeyRequest.read(session.getContext().getRequestHeaders(), body, "overlapSeconds");
          ApiKeyManager.Rotation done =
              manager().rotate(owner, id, request.number("overlapSeconds").orElse(0L));
          ApiKey made = done.made().key();
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
          return created(done.made());
        });
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

  private void requireView(KeyOwner owner) {
    if (owner instanceof KeyOwner.User user) {
      auth.users().requireView(user.model());
    } else {
      auth.clients().requireView(((KeyOwner.Client) owner).model());
    }
  }

  private void requireManage(KeyOwner owner) {
    if (owner instanceof KeyOwner.User user) {
      auth.users().requireManage(user.model());
    } else {
      auth.clients().requireManage(((KeyOwner.Client) owner).model());
    }
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

  /**
   * The owner in the body, or in the query as {@code owner={"type":…,"id":…}}, as {@code
   * owner=user:ID}, or as {@code ownerType} and {@code ownerId}.
   */
  private Optional<KeyOwner> ownerOf(@Nullable KeyRequest body) {
    if (body != null) {
      Optional<KeyRequest> named = body.object("owner");
      if (named.isPresent()) {
        return Optional.of(
            owner(named.get().text("type").orElse(""), named.get().text("id").orElse("")));
      }
    }
    MultivaluedMap<String, String> query = session.getContext().getUri().getQueryParameters();
    String compact = query.getFirst("owner");
    if (compact != null && compact.startsWith("{")) {
      KeyRequest named = KeyRequest.parse(compact.getBytes(StandardCharsets.UTF_8));
      return Optional.of(owner(named.text("type").orElse(""), named.text("id").orElse("")));
    }
    if (compact != null) {
      int colon = compact.indexOf(':');
      if (colon < 0) {
        throw KeyRequest.invalid("owner must be user:ID or client:ID");
      }
      return Optional.of(owner(compact.substring(0, colon), compact.substring(colon + 1)));
    }
    String type = first(query, "ownerType", "owner.type");
    String id = first(query, "ownerId", "owner.id");
    if (type == null && id == null) {
      return Optional.empty();
    }
    return Optional.of(owner(type == null ? "" : type, id == null ? "" : id));
  }

  private static @Nullable String first(
      MultivaluedMap<String, String> query, String name, String other) {
    String value = query.getFirst(name);
    return value == null ? query.getFirst(other) : value;
  }

  private KeyOwner owner(String type, String id) {
    OwnerType ownerType =
        OwnerType.of(type)
            .orElseThrow(() -> KeyRequest.invalid("owner.type must be user or client"));
    if (id.isBlank()) {
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

  private Response created(NewApiKey made) {
    return Response.created(
            session
                .getContext()
                .getUri()
                .getBaseUriBuilder()
                .path("admin/realms")
                .path(realm.getName())
                .path(AdminResourceProviderFactory.ID)
                .path(made.key().id())
                .build())
        .entity(KeyRepresentation.created(made, true))
        .type(MediaType.APPLICATION_JSON_TYPE)
        .header("Cache-Control", "no-store")
        .build();
  }
}

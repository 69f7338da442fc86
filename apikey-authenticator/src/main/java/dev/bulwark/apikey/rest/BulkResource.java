package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.bulk.ImportReport;
import dev.bulwark.apikey.bulk.KeyImport;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.ApiKeyEvents;
import dev.bulwark.apikey.rest.message.ApiError;
import dev.bulwark.apikey.rest.message.KeyRequest;
import dev.bulwark.apikey.rest.message.PageRequest;
import dev.bulwark.apikey.rest.message.RestErrors;
import dev.bulwark.apikey.rest.message.StoppedImport;
import dev.bulwark.apikey.upkeep.IndexCursor;
import dev.bulwark.apikey.upkeep.IndexRun;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/** What administrators do with many keys at once. */
final class BulkResource {

  private static final int MAX_REINDEX = 100_000;
  private static final int DEFAULT_REINDEX = 10_000;

  /** When an import may be sent again that was stopped. */
  private static final int RETRY_SECONDS = 60;

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;
  private final AdministratorAccess access;
  private final AdminEventBuilder adminEvent;

  BulkResource(
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

  /** Rows are stored as they arrive, each answered for by itself: 200 if all could be read. */
  Response importKeys(@Nullable InputStream body) {
    return RestErrors.of(
        session,
        () -> {
          if (!auth.users().canManage() && !auth.clients().canManage()) {
            return ApiError.response(403, "forbidden", "Not allowed");
          }
          requireJsonLines();
          if (body == null) {
            throw KeyRequest.invalid("The body must have a JSON object on each line");
          }
          return importRows(body);
        });
  }

  private void requireJsonLines() {
    MediaType type = session.getContext().getRequestHeaders().getMediaType();
    boolean fits =
        type != null
            && (type.getSubtype().equals("x-ndjson")
                || type.getSubtype().equals("jsonl")
                || type.getSubtype().equals("json"));
    if (!fits) {
      throw ApiError.exception(
          415, "unsupported_media_type", "The body must be application/x-ndjson");
    }
  }

  private Response importRows(InputStream body) {
    KeyImport run =
        new KeyImport(session, realm, access::mayManage, access::requireMayGive, this::created);
    try {
      ImportReport report = run.run(body);
      return Response.ok(report).type(MediaType.APPLICATION_JSON_TYPE).build();
    } catch (KeyImport.TooManyRowsException e) {
      return StoppedImport.response(
          413,
          "request_too_large",
          "More than "
              + KeyImport.MAX_ROWS
              + " rows: those are imported, what follows is not. Send fewer at a time",
          e.report());
    } catch (KeyImport.UnavailableException e) {
      return unavailable(e.report());
    } catch (IOException e) {
      throw KeyRequest.invalid("The body breaks off; the rows before are imported");
    }
  }

  private static Response unavailable(ImportReport report) {
    return Response.fromResponse(
            StoppedImport.response(
                503,
                "temporarily_unavailable",
                "Too many rows could not be stored; a user store may be unreachable. The other rows"
                    + " before are imported. Send all again later: nothing is imported twice",
                report))
        .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
        .build();
  }

  private void created(KeycloakSession storing, ApiKey key, boolean isFirst) {
    adminEvent
        .clone(storing)
        .operation(OperationType.CREATE)
        .resource("API_KEY")
        .resourcePath(AdminResourceProviderFactory.ID, key.id())
        .detail("api_key_owner_type", key.owner().type().id())
        .detail("api_key_owner_id", key.owner().id())
        .detail("api_key_imported", "true")
        .success();
    ApiKeyEvents.imported(access.event(storing, key.owner()), key, isFirst);
  }

  /**
   * Looks at a bounded number of keys; the answer says where to go on.
   *
   * @param cursor of the answer before, null for the beginning
   */
  Response reindex(@Nullable String cursor, @Nullable String max) {
    return RestErrors.of(
        session,
        () -> {
          auth.users().requireManage();
          IndexCursor from =
              cursor == null || cursor.isBlank()
                  ? IndexCursor.START
                  : IndexCursor.parse(cursor)
                      .orElseThrow(
                          () -> KeyRequest.invalid("cursor must be the next of another answer"));
          int most = PageRequest.number("max", max, DEFAULT_REINDEX, 1, MAX_REINDEX);
          IndexRun.Report report = new IndexRun(session, realm.getId()).run(from, most);
          adminEvent
              .operation(OperationType.ACTION)
              .resource("API_KEY")
              .resourcePath(AdminResourceProviderFactory.ID, "reindex")
              .detail("api_keys_added", Integer.toString(report.added()))
              .detail("api_keys_removed", Integer.toString(report.removed()))
              .success();
          return Response.ok(report).type(MediaType.APPLICATION_JSON_TYPE).build();
        });
  }
}

package dev.bulwark.backchannel.rest;

import dev.bulwark.backchannel.outbox.LogoutNotice;
import dev.bulwark.backchannel.outbox.LogoutOutbox;
import dev.bulwark.backchannel.outbox.LogoutReceiver;
import dev.bulwark.backchannel.outbox.LogoutReceivers;
import dev.bulwark.delivery.AfterCommit;
import dev.bulwark.delivery.DeliveryClock;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code /admin/realms/{realm}/backchannel-logout}: receivers that do not accept their notices, and
 * notices that are no longer sent. To view them needs {@code view-events}, to send them again or
 * delete them needs {@code manage-events}.
 */
public final class BackchannelLogoutResource {

  private static final int MAX_PAGE_SIZE = 1000;

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;
  private final AdminEventBuilder adminEvent;
  private final DeliveryClock clock;
  private final Runnable wake;

  /**
   * Creates one for a request.
   *
   * @param clock of the times in notices
   * @param wake has the delivery look for notices
   */
  public BackchannelLogoutResource(
      KeycloakSession session,
      RealmModel realm,
      AdminPermissionEvaluator auth,
      AdminEventBuilder adminEvent,
      DeliveryClock clock,
      Runnable wake) {
    this.session = session;
    this.realm = realm;
    this.auth = auth;
    this.adminEvent = adminEvent;
    this.clock = clock;
    this.wake = wake;
  }

  /**
   * A receiver that fails.
   *
   * @param clientId the {@code client_id}
   * @param failures attempts in a row without a delivery
   * @param reason outcome of the last attempt
   */
  public record FailingReceiver(
      String clientId, Instant since, Instant nextAttempt, int failures, String reason) {

    static FailingReceiver of(LogoutReceiver receiver, String clientId) {
      return new FailingReceiver(
          clientId,
          Instant.ofEpochMilli(receiver.getFailingSince()),
          Instant.ofEpochMilli(receiver.getNextAt()),
          receiver.getFailures(),
          receiver.getReason());
    }
  }

  /**
   * A notice that is no longer sent.
   *
   * @param clientId the {@code client_id}; Keycloak's own id of a client that is gone
   * @param cause why the session has ended
   * @param reason outcome of the last attempt
   */
  public record DeadNotice(
      long id,
      String clientId,
      String sessionId,
      @Nullable String userId,
      String cause,
      Instant time,
      String reason) {

    static DeadNotice of(LogoutNotice notice, String clientId) {
      return new DeadNotice(
          notice.getId(),
          clientId,
          notice.getSessionId(),
          notice.getUserId(),
          notice.getCause().name(),
          Instant.ofEpochMilli(notice.getCreatedAt()),
          notice.getReason());
    }
  }

  /** Lists the receivers that fail. */
  @GET
  @Path("failing")
  @Produces(MediaType.APPLICATION_JSON)
  public List<FailingReceiver> failing() {
    auth.realm().requireViewEvents();
    return new LogoutReceivers(session)
        .ofRealm(realm.getId()).stream()
            .filter(receiver -> receiver.getFailingSince() > 0)
            .map(receiver -> FailingReceiver.of(receiver, clientId(receiver.getClientId())))
            .toList();
  }

  /**
   * Lists the notices that are no longer sent, the earlier first.
   *
   * @param first index of the first, from 0
   * @param max at most so many, 1 to 1000
   */
  @GET
  @Path("dead")
  @Produces(MediaType.APPLICATION_JSON)
  public List<DeadNotice> dead(
      @QueryParam("first") @DefaultValue("0") int first,
      @QueryParam("max") @DefaultValue("100") int max) {
    auth.realm().requireViewEvents();
    return new LogoutOutbox(session)
        .dead(realm.getId(), Math.max(0, first), Math.min(Math.max(1, max), MAX_PAGE_SIZE)).stream()
            .map(notice -> DeadNotice.of(notice, clientId(notice.getClientId())))
            .toList();
  }

  /** Sends one again, for as long as a new one. */
  @POST
  @Path("dead/{id}/send")
  public void send(@PathParam("id") long id) {
    auth.realm().requireManageEvents();
    deadNotice(id).revive(clock.millis());
    AfterCommit.run(session, wake);
    recordAdminEvent(OperationType.ACTION, id);
  }

  /** Forgets one. */
  @DELETE
  @Path("dead/{id}")
  public void delete(@PathParam("id") long id) {
    auth.realm().requireManageEvents();
    new LogoutOutbox(session).remove(deadNotice(id));
    recordAdminEvent(OperationType.DELETE, id);
  }

  private void recordAdminEvent(OperationType operation, long id) {
    adminEvent
        .operation(operation)
        .resource("LOGOUT_NOTICE")
        .resourcePath("backchannel-logout", "dead", Long.toString(id))
        .success();
  }

  private LogoutNotice deadNotice(long id) {
    return new LogoutOutbox(session).dead(realm.getId(), id).orElseThrow(NotFoundException::new);
  }

  private String clientId(String id) {
    @Nullable ClientModel client = realm.getClientById(id);
    return client == null ? id : client.getClientId();
  }
}

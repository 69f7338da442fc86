package dev.bulwark.events.rest;

import dev.bulwark.events.outbox.DeadEvent;
import dev.bulwark.events.outbox.Outbox;
import jakarta.ws.rs.BadRequestException;
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
import java.time.format.DateTimeParseException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.admin.OperationType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.services.resources.admin.AdminEventBuilder;
import org.keycloak.services.resources.admin.fgap.AdminPermissionEvaluator;

/**
 * {@code /admin/realms/{realm}/dead-events}: events that the receiver did not accept. To view them
 * needs {@code view-events}, to send them again or delete them needs {@code manage-events}.
 */
public final class DeadLettersResource {

  private static final int MAX_PAGE_SIZE = 1000;

  private final KeycloakSession session;
  private final RealmModel realm;
  private final AdminPermissionEvaluator auth;
  private final AdminEventBuilder adminEvent;

  DeadLettersResource(
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
   * One of the list.
   *
   * @param attempts that counted
   * @param body as it would be sent
   */
  public record DeadLetter(String id, Instant time, int attempts, String reason, String body) {

    static DeadLetter of(DeadEvent event) {
      return new DeadLetter(
          event.getEventId(),
          Instant.ofEpochMilli(event.getCreatedAt()),
          event.getAttempts(),
          event.getReason(),
          event.getBody());
    }
  }

  /**
   * The answer to a request for many.
   *
   * @param events that it concerned
   */
  public record AffectedEvents(int events) {}

  /**
   * Lists them, the earlier first.
   *
   * @param first index of the first, from 0
   * @param max at most so many, 1 to 1000
   */
  @GET
  @Produces(MediaType.APPLICATION_JSON)
  public List<DeadLetter> list(
      @QueryParam("first") @DefaultValue("0") int first,
      @QueryParam("max") @DefaultValue("100") int max) {
    auth.realm().requireViewEvents();
    return new Outbox(session)
        .dead(realm.getId(), Math.max(0, first), Math.min(Math.max(1, max), MAX_PAGE_SIZE)).stream()
            .map(DeadLetter::of)
            .toList();
  }

  /**
   * Sends many again, the earlier first, after what waits already.
   *
   * @param before only those of events before this moment (ISO 8601, UTC)
   * @return how many; so many at most as a list has, then the request has to be repeated
   */
  @POST
  @Path("send")
  @Produces(MediaType.APPLICATION_JSON)
  public AffectedEvents sendAll(@QueryParam("before") @Nullable String before) {
    auth.realm().requireManageEvents();
    Outbox outbox = new Outbox(session);
    List<DeadEvent> events = outbox.deadBefore(realm.getId(), millis(before), MAX_PAGE_SIZE);
    for (DeadEvent event : events) {
      outbox.remove(event);
      outbox.add(event.revived(System.currentTimeMillis()));
    }
    return recordAdminEvent(OperationType.ACTION, events.size());
  }

  /**
   * Forgets many.
   *
   * @param before only those of events before this moment (ISO 8601, UTC). Not optional: a request
   *     for one whose id was forgotten must not delete all
   */
  @DELETE
  @Produces(MediaType.APPLICATION_JSON)
  public AffectedEvents deleteAll(@QueryParam("before") @Nullable String before) {
    auth.realm().requireManageEvents();
    return recordAdminEvent(
        OperationType.DELETE, new Outbox(session).removeDead(realm.getId(), millis(before)));
  }

  /** Sends one again, after what waits already. */
  @POST
  @Path("{id}/send")
  public void send(@PathParam("id") String id) {
    auth.realm().requireManageEvents();
    Outbox outbox = new Outbox(session);
    DeadEvent event = find(outbox, id);
    outbox.remove(event);
    outbox.add(event.revived(System.currentTimeMillis()));
    recordAdminEvent(OperationType.ACTION, id);
  }

  /** Forgets one. */
  @DELETE
  @Path("{id}")
  public void delete(@PathParam("id") String id) {
    auth.realm().requireManageEvents();
    Outbox outbox = new Outbox(session);
    outbox.remove(find(outbox, id));
    recordAdminEvent(OperationType.DELETE, id);
  }

  private static long millis(@Nullable String before) {
    try {
      return Instant.parse(before == null ? "" : before).toEpochMilli();
    } catch (DateTimeParseException | ArithmeticException e) {
      throw new BadRequestException("before must be a time, for example 2026-11-27T08:00:00Z");
    }
  }

  /** One event for the administrator's request, however many there are. */
  private AffectedEvents recordAdminEvent(OperationType operation, int events) {
    adminEvent
        .operation(operation)
        .resource("DEAD_EVENT")
        .resourcePath("dead-events")
        .detail("events", Integer.toString(events))
        .success();
    return new AffectedEvents(events);
  }

  private void recordAdminEvent(OperationType operation, String id) {
    adminEvent
        .operation(operation)
        .resource("DEAD_EVENT")
        .resourcePath("dead-events", id)
        .success();
  }

  private DeadEvent find(Outbox outbox, String id) {
    if (id.chars().anyMatch(Character::isISOControl)) {
      // PostgreSQL rejects a query with NUL.
      throw new NotFoundException();
    }
    return outbox.dead(realm.getId(), id).orElseThrow(NotFoundException::new);
  }
}

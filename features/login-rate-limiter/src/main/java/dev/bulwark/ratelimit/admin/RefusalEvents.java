package dev.bulwark.ratelimit.admin;

import dev.bulwark.ratelimit.admin.RefusalCount.Refusal;
import dev.bulwark.ratelimit.step.Refusals;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.EventStoreProvider;
import org.keycloak.events.EventType;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;

/** The events of refused attempts that Keycloak has stored for a realm. */
final class RefusalEvents {

  /** Events that are read for one answer; more are not counted. */
  static final int MAX_EVENTS = 5_000;

  /** Of the steps that are limited. */
  private static final EventType[] TYPES = {
    EventType.LOGIN_ERROR,
    EventType.RESET_PASSWORD_ERROR,
    EventType.REGISTER_ERROR,
    EventType.OAUTH2_DEVICE_VERIFY_USER_CODE_ERROR
  };

  private final KeycloakSession session;
  private final RealmModel realm;

  RefusalEvents(KeycloakSession session, RealmModel realm) {
    this.session = session;
    this.realm = realm;
  }

  /**
   * Counts the newest refusals.
   *
   * @return whether all events since the time were read
   */
  boolean countInto(RefusalCount count, Instant from) {
    AtomicInteger read = new AtomicInteger();
    try (Stream<Event> events =
        session
            .getProvider(EventStoreProvider.class)
            .createQuery()
            .realm(realm.getId())
            .type(TYPES)
            .fromDate(Date.from(from))
            .orderByDescTime()
            .firstResult(0)
            .maxResults(MAX_EVENTS)
            .getResultStream()) {
      events
          .peek(event -> read.incrementAndGet())
          .filter(event -> Refusals.EVENT_ERROR.equals(event.getError()))
          .map(RefusalEvents::refusal)
          .forEach(count::add);
    }
    return read.get() < MAX_EVENTS;
  }

  private static Refusal refusal(Event event) {
    Map<String, String> details = Objects.requireNonNullElse(event.getDetails(), Map.of());
    return new Refusal(
        Instant.ofEpochMilli(event.getTime()),
        details.get(Details.USERNAME),
        event.getIpAddress(),
        details.get(Details.REASON),
        seconds(details.get("retry_after")));
  }

  private static long seconds(@Nullable String text) {
    return text != null && text.matches("[0-9]{1,6}") ? Long.parseLong(text) : 0;
  }
}

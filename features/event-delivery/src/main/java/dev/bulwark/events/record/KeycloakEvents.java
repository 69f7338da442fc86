package dev.bulwark.events.record;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Event;
import org.keycloak.events.admin.AdminEvent;
import org.keycloak.events.admin.AuthDetails;

/** Makes records of Keycloak's events. An administrator's input never goes along. */
public final class KeycloakEvents {

  private KeycloakEvents() {}

  /** Returns the record of a user's event. */
  public static EventRecord of(Event event) {
    Map<String, String> details = details(event.getDetails());
    @Nullable String username = details.remove(Details.USERNAME);
    return new EventRecord(
        Objects.requireNonNullElseGet(event.getId(), KeycloakEvents::newId),
        Instant.ofEpochMilli(event.getTime()),
        event.getType().name(),
        false,
        new EventRecord.Realm(event.getRealmId(), event.getRealmName()),
        event.getUserId(),
        username,
        event.getClientId(),
        event.getSessionId(),
        event.getIpAddress(),
        event.getError(),
        null,
        details);
  }

  /** Returns the record of an administrator's event, without the representation. */
  public static EventRecord of(AdminEvent event) {
    @Nullable AuthDetails by = event.getAuthDetails();
    Map<String, String> details = details(event.getDetails());
    if (by != null && by.getRealmName() != null) {
      details.put("administrator_realm", by.getRealmName());
    }
    return new EventRecord(
        Objects.requireNonNullElseGet(event.getId(), KeycloakEvents::newId),
        Instant.ofEpochMilli(event.getTime()),
        event.getResourceTypeAsString() + "." + event.getOperationType(),
        true,
        new EventRecord.Realm(event.getRealmId(), event.getRealmName()),
        by == null ? null : by.getUserId(),
        null,
        by == null ? null : by.getClientId(),
        null,
        by == null ? null : by.getIpAddress(),
        event.getError(),
        event.getResourcePath(),
        details);
  }

  private static String newId() {
    return UUID.randomUUID().toString();
  }

  /** Keycloak's own maps may have null as a value. */
  private static Map<String, String> details(@Nullable Map<String, String> given) {
    Map<String, String> details = new LinkedHashMap<>();
    if (given != null) {
      given.forEach(
          (name, value) -> {
            if (name != null && value != null) {
              details.put(name, value);
            }
          });
    }
    return details;
  }
}

package dev.bulwark.events.format;

import dev.bulwark.events.record.EventRecord;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Fields of the Open Cybersecurity Schema Framework, category Identity and Access Management:
 * classes Authentication (3002), Account Change (3001) and Entity Management (3004). What it has no
 * name for is in {@code unmapped}.
 */
final class OcsfFields {

  private static final String VERSION = "1.3.0";
  private static final int CATEGORY = 3;
  private static final int OTHER = 99;

  private OcsfFields() {}

  static Map<String, Object> of(EventRecord event) {
    Activity activity = Activity.of(event);
    return new Fields()
        .with("category_uid", CATEGORY)
        .with("class_uid", activity.classUid())
        .with("activity_id", activity.id())
        .with("activity_name", activity.id() == OTHER ? event.action() : null)
        .with("type_uid", (long) activity.classUid() * 100 + activity.id())
        .with("time", event.time().toEpochMilli())
        .with("severity_id", 1)
        .with("status_id", event.isFailure() ? 2 : 1)
        .with("status_code", event.error())
        .with("metadata", metadata(event))
        .with(activity.classUid() == Activity.ENTITY ? "entity" : "user", subject(event))
        .with("actor", event.admin() ? Map.of("user", user(event.userId(), null)) : null)
        .with("src_endpoint", source(event.address()))
        .with("session", event.sessionId() == null ? null : Map.of("uid", event.sessionId()))
        .with("unmapped", unmapped(event))
        .map();
  }

  private static Map<String, Object> source(@Nullable String address) {
    return new Fields().with(IpAddress.isValid(address) ? "ip" : "name", address).map();
  }

  private static Map<String, Object> metadata(EventRecord event) {
    return new Fields()
        .with("version", VERSION)
        .with("uid", event.id())
        .with("event_code", event.type())
        .with("tenant_uid", event.realm().id())
        .with("product", Map.of("name", "Keycloak", "vendor_name", "Keycloak"))
        .map();
  }

  private static Map<String, Object> subject(EventRecord event) {
    if (!event.admin()) {
      return user(event.userId(), event.username());
    }
    return new Fields()
        .with("type", event.type().substring(0, event.type().lastIndexOf('.')))
        .with("uid", event.resourcePath())
        .map();
  }

  private static Map<String, Object> user(@Nullable String id, @Nullable String name) {
    return new Fields().with("uid", id).with("name", name).map();
  }

  private static Map<String, Object> unmapped(EventRecord event) {
    return new Fields()
        .with("realm", event.realm().name())
        .with("client_id", event.clientId())
        .with("details", new TreeMap<>(event.details()))
        .map();
  }

  /** Class and activity of an event. */
  private record Activity(int classUid, int id) {

    static final int ACCOUNT = 3001;
    static final int AUTHENTICATION = 3002;
    static final int ENTITY = 3004;

    static Activity of(EventRecord event) {
      if (event.admin()) {
        return switch (event.type().substring(event.type().lastIndexOf('.') + 1)) {
          case "CREATE" -> new Activity(ENTITY, 1);
          case "UPDATE" -> new Activity(ENTITY, 3);
          case "DELETE" -> new Activity(ENTITY, 4);
          default -> new Activity(ENTITY, OTHER);
        };
      }
      return switch (event.action()) {
        case "LOGIN", "CLIENT_LOGIN" -> new Activity(AUTHENTICATION, 1);
        case "LOGOUT" -> new Activity(AUTHENTICATION, 2);
        case "REGISTER" -> new Activity(ACCOUNT, 1);
        case "UPDATE_PASSWORD" -> new Activity(ACCOUNT, 3);
        case "RESET_PASSWORD" -> new Activity(ACCOUNT, 4);
        case "DELETE_ACCOUNT" -> new Activity(ACCOUNT, 6);
        default -> new Activity(AUTHENTICATION, OTHER);
      };
    }
  }
}

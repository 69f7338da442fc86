package dev.bulwark.events.format;

import dev.bulwark.events.record.EventRecord;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;

/**
 * Fields of the Open Cybersecurity Schema Framework, category Identity and Access Management:
 * classes Authentication (3002), Account Change (3001) and Entity Management (3004). What it has no
 * name for is in {@code unmapped}.
 */
final class OcsfFields {

  private static final String VERSION = "1.3.0";
  private static final int CATEGORY = 3;
  private static final int OTHER = 99;

  /** Where the schema demands a name, and there is none. */
  private static final String UNKNOWN = "Unknown";

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
        .with("entity", activity.classUid() == Activity.ENTITY ? entity(event) : null)
        .with("user", activity.classUid() == Activity.ENTITY ? null : subject(event))
        .with("service", activity.classUid() == Activity.AUTHENTICATION ? service(event) : null)
        .with("actor", actor(event))
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

  /** What was changed: the realm where the event names nothing in it. */
  private static Map<String, Object> entity(EventRecord event) {
    if (!event.admin()) {
      return new Fields()
          .with("type", "CLIENT")
          .with("uid", event.clientId())
          .with("name", event.clientId() == null ? UNKNOWN : null)
          .map();
    }
    return new Fields()
        .with("type", event.type().substring(0, event.type().lastIndexOf('.')))
        .with("uid", event.resourcePath() == null ? event.realm().id() : event.resourcePath())
        .map();
  }

  /** The schema demands a user. A failed login may know none. */
  private static Map<String, Object> subject(EventRecord event) {
    return event.userId() == null && event.username() == null
        ? new Fields().with("name", UNKNOWN).with("type_id", 0).map()
        : user(event.userId(), event.username());
  }

  /** The schema demands that to which the user logs in. */
  private static Map<String, Object> service(EventRecord event) {
    String client = event.clientId();
    return Map.of("name", client == null ? "Keycloak" : client);
  }

  private static @Nullable Map<String, Object> actor(EventRecord event) {
    return event.admin() && event.userId() != null
        ? Map.of("user", user(event.userId(), null))
        : null;
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
        case "LOGOUT", "USER_SESSION_DELETED" -> new Activity(AUTHENTICATION, 2);
        case "REGISTER" -> new Activity(ACCOUNT, 1);
        case "UPDATE_PASSWORD" -> new Activity(ACCOUNT, 3);
        case "RESET_PASSWORD" -> new Activity(ACCOUNT, 4);
        case "DELETE_ACCOUNT" -> new Activity(ACCOUNT, 6);
        case "USER_DISABLED_BY_PERMANENT_LOCKOUT", "USER_DISABLED_BY_TEMPORARY_LOCKOUT" ->
            new Activity(ACCOUNT, 9);
        case "UPDATE_TOTP" -> new Activity(ACCOUNT, 10);
        case "REMOVE_TOTP" -> new Activity(ACCOUNT, 11);
        case "CLIENT_REGISTER" -> new Activity(ENTITY, 1);
        case "CLIENT_INFO" -> new Activity(ENTITY, 2);
        case "CLIENT_UPDATE" -> new Activity(ENTITY, 3);
        case "CLIENT_DELETE" -> new Activity(ENTITY, 4);
        case "UPDATE_CREDENTIAL" -> new Activity(ACCOUNT, credential(event, 3, 10));
        case "REMOVE_CREDENTIAL" -> new Activity(ACCOUNT, credential(event, OTHER, 11));
        default -> new Activity(EcsFields.Kind.of(event).isIam() ? ACCOUNT : AUTHENTICATION, OTHER);
      };
    }

    /** The activity for a password, that for a second factor, or {@link #OTHER}. */
    private static int credential(EventRecord event, int ofPassword, int ofSecondFactor) {
      return switch (event.details().getOrDefault(Details.CREDENTIAL_TYPE, "")) {
        case "password" -> ofPassword;
        case "otp", "webauthn", "webauthn-passwordless", "recovery-authn-codes" -> ofSecondFactor;
        default -> OTHER;
      };
    }
  }
}

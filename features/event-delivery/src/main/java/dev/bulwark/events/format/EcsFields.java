package dev.bulwark.events.format;

import dev.bulwark.events.record.EventRecord;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Fields of the Elastic Common Schema; what it has no name for is below {@code keycloak}. See its
 * reference, field sets {@code base}, {@code event}, {@code user}, {@code source}.
 */
final class EcsFields {

  private static final String VERSION = "8.17.0";

  private EcsFields() {}

  static Map<String, Object> of(EventRecord event) {
    return new Fields()
        .with("@timestamp", event.timestamp())
        .with("ecs", Map.of("version", VERSION))
        .with("message", message(event))
        .with("event", event(event))
        .with("user", user(event))
        .with("source", source(event.address()))
        .with("service", Map.of("type", "keycloak"))
        .with("keycloak", keycloak(event))
        .map();
  }

  private static String message(EventRecord event) {
    StringBuilder text = new StringBuilder(event.type());
    if (event.username() != null) {
      text.append(" of ").append(event.username());
    }
    if (event.resourcePath() != null) {
      text.append(" of ").append(event.resourcePath());
    }
    if (event.error() != null) {
      text.append(": ").append(event.error());
    }
    return text.toString();
  }

  private static Map<String, Object> event(EventRecord event) {
    Kind kind = Kind.of(event);
    return new Fields()
        .with("kind", "event")
        .with("id", event.id())
        .with("action", event.action().toLowerCase(Locale.ROOT).replace('_', '-'))
        .with("category", List.of(kind.category()))
        .with("type", List.of(kind.type()))
        .with("outcome", event.isFailure() ? "failure" : "success")
        .with("reason", event.error())
        .with("provider", "keycloak")
        .with("dataset", event.admin() ? "keycloak.admin" : "keycloak.user")
        .map();
  }

  private static Map<String, Object> user(EventRecord event) {
    return new Fields()
        .with("id", event.userId())
        .with("name", event.username())
        .with("target", target(event.resourcePath()))
        .map();
  }

  /** Of an administrator's change, the user who is changed. */
  private static @Nullable Map<String, Object> target(@Nullable String path) {
    if (path == null || !path.startsWith("users/")) {
      return null;
    }
    return Map.of("id", path.substring("users/".length()).split("/", 2)[0]);
  }

  /** A collector rejects an event whose field {@code ip} is none, as behind some proxies. */
  private static Map<String, Object> source(@Nullable String address) {
    return new Fields()
        .with("address", address)
        .with("ip", IpAddress.isValid(address) ? address : null)
        .map();
  }

  private static Map<String, Object> keycloak(EventRecord event) {
    return new Fields()
        .with("event_type", event.type())
        .with(
            "realm",
            new Fields().with("id", event.realm().id()).with("name", event.realm().name()).map())
        .with("client_id", event.clientId())
        .with("session_id", event.sessionId())
        .with("resource_path", event.resourcePath())
        .with("details", new TreeMap<>(event.details()))
        .map();
  }

  /** {@code event.category} and {@code event.type}, of the values that the schema allows. */
  record Kind(String category, String type) {

    static Kind of(EventRecord event) {
      if (event.admin()) {
        return new Kind("iam", change(event.type()));
      }
      return switch (event.action()) {
        case "LOGIN",
            "CLIENT_LOGIN",
            "CODE_TO_TOKEN",
            "IMPERSONATE",
            "IDENTITY_PROVIDER_LOGIN",
            "IDENTITY_PROVIDER_FIRST_LOGIN" ->
            new Kind("authentication", "start");
        case "LOGOUT", "REVOKE_GRANT", "USER_SESSION_DELETED" -> new Kind("authentication", "end");
        case "REGISTER", "CLIENT_REGISTER" -> new Kind("iam", "creation");
        case "CLIENT_UPDATE" -> new Kind("iam", "change");
        case "CLIENT_INFO" -> new Kind("iam", "info");
        case "DELETE_ACCOUNT", "CLIENT_DELETE" -> new Kind("iam", "deletion");
        default ->
            event.action().startsWith("UPDATE_")
                    || event.action().startsWith("REMOVE_")
                    || event.action().startsWith("RESET_")
                    || event.action().startsWith("FEDERATED_IDENTITY_")
                    || event.action().startsWith("USER_DISABLED_BY_")
                    || event.action().equals("VERIFY_EMAIL")
                ? new Kind("iam", "change")
                : new Kind("authentication", "info");
      };
    }

    private static String change(String type) {
      return switch (type.substring(type.lastIndexOf('.') + 1)) {
        case "CREATE" -> "creation";
        case "UPDATE" -> "change";
        case "DELETE" -> "deletion";
        default -> "info";
      };
    }
  }
}

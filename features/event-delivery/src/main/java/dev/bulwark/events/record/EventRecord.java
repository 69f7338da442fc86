package dev.bulwark.events.record;

import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One event, of a user or of an administrator. Immutable.
 *
 * @param id Keycloak's id of the event, a UUID
 * @param type Keycloak's event type, for example {@code LOGIN_ERROR}; of an administrator's event
 *     the resource type and the operation, for example {@code USER.UPDATE}
 * @param admin whether it is an administrator's
 * @param realm the realm in which it happened
 * @param userId the user; of an administrator's event, the administrator
 * @param username as it was entered or as the user has it
 * @param clientId of a user's event the {@code client_id}; of an administrator's, the id that
 *     Keycloak has for the client
 * @param address IP address of the sender, as Keycloak sees it
 * @param error Keycloak's error code; null where the event tells a success
 * @param resourcePath of an administrator's event, for example {@code users/0f3c…}
 * @param details Keycloak's details, without those that have fields of their own
 */
public record EventRecord(
    String id,
    Instant time,
    String type,
    boolean admin,
    Realm realm,
    @Nullable String userId,
    @Nullable String username,
    @Nullable String clientId,
    @Nullable String sessionId,
    @Nullable String address,
    @Nullable String error,
    @Nullable String resourcePath,
    Map<String, String> details) {

  /** The end of an order key whose events leave in any order. */
  public static final String ANY_ORDER = "/*";

  private static final int MAX_KEY_LENGTH = 255;
  private static final DateTimeFormatter TIMESTAMP =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /** Copies the details. */
  public EventRecord {
    details = Map.copyOf(details);
  }

  /**
   * A realm.
   *
   * @param name null where the realm is gone by now
   */
  public record Realm(String id, @Nullable String name) {}

  /** Type without the ending that tells an error, for example {@code LOGIN}. */
  public String action() {
    return type.endsWith("_ERROR") ? type.substring(0, type.length() - "_ERROR".length()) : type;
  }

  /**
   * The time as RFC 3339 has it, in UTC and always with milliseconds: so texts sort as their times
   * do.
   */
  public String timestamp() {
    return TIMESTAMP.format(time);
  }

  /** Whether what was tried has failed. */
  public boolean isFailure() {
    return error != null || type.endsWith("_ERROR");
  }

  /**
   * Events of the same order key leave in the order in which they happened: those of a user, or of
   * what an administrator has changed. Logins of a service, and events of nobody, such as failed
   * logins with a name that no user has, may be very many and have nothing to do with each other.
   * They leave in any order, and their key ends with {@value #ANY_ORDER}. It names no client that
   * may not exist, so that a stranger makes no number of keys.
   *
   * @return at most 255 characters
   */
  public String orderKey() {
    if (admin) {
      return orderedKey(resourcePath == null ? type : owner(resourcePath));
    }
    if (action().equals("CLIENT_LOGIN") && userId != null) {
      return unorderedKey("clients/" + clientId);
    }
    return userId == null ? unorderedKey("events") : orderedKey("users/" + userId);
  }

  /** A role may have the name {@code *}. It shares the key of the one that is named {@code +}. */
  private String orderedKey(String subject) {
    String key = key(subject, MAX_KEY_LENGTH);
    return key.endsWith(ANY_ORDER) ? key.substring(0, key.length() - 1) + "+" : key;
  }

  private String unorderedKey(String subject) {
    return key(subject, MAX_KEY_LENGTH - ANY_ORDER.length()) + ANY_ORDER;
  }

  private String key(String subject, int longest) {
    String key = realm.id() + "/" + subject;
    return key.length() <= longest ? key : key.substring(0, longest);
  }

  /** The first two parts: what happens to a user's credentials concerns the user. */
  private static String owner(String path) {
    int second = path.indexOf('/', path.indexOf('/') + 1);
    return second < 0 ? path : path.substring(0, second);
  }
}

package dev.bulwark.apikey.rest.message;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.KeyMetadata;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.ListedKey;
import dev.bulwark.apikey.manage.NewApiKey;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How keys look in JSON. Moments are ISO-8601 in UTC; absent ones are null, never left out.
 * Thread-safe.
 */
public final class KeyRepresentation {

  private KeyRepresentation() {}

  /**
   * A key just made.
   *
   * @param key its plain text, here and nowhere else
   */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  @JsonPropertyOrder({"id", "key", "name", "prefix", "scopes", "createdAt", "expiresAt"})
  public record Created(
      String id,
      String key,
      String name,
      String prefix,
      List<String> scopes,
      String createdAt,
      @Nullable String expiresAt,
      @Nullable RateLimit rateLimit,
      @Nullable AllowedNetworks allowedNetworks,
      Map<String, String> metadata,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Owner owner) {

    @Override
    public String toString() {
      return "Created[" + id + "]";
    }
  }

  /** A key that exists. */
  @JsonInclude(JsonInclude.Include.ALWAYS)
  @JsonPropertyOrder({"id", "name", "prefix", "scopes", "createdAt", "expiresAt"})
  public record Listed(
      String id,
      String name,
      String prefix,
      List<String> scopes,
      String createdAt,
      @Nullable String expiresAt,
      boolean active,
      @Nullable String lastUsedAt,
      long requestCount,
      @Nullable String graceUntil,
      @Nullable RateLimit rateLimit,
      @Nullable AllowedNetworks allowedNetworks,
      Map<String, String> metadata,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String replacedBy,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Owner owner) {}

  /** Who owns a key; in answers of the admin resource only. */
  public record Owner(String type, String id, String name) {}

  /**
   * Returns the answer to the creation of a key.
   *
   * @param withOwner whether the owner is named, as in answers to administrators
   */
  public static Created created(NewApiKey made, boolean withOwner) {
    ApiKey key = made.key();
    return new Created(
        key.id(),
        made.plainText(),
        key.data().name(),
        key.data().prefix(),
        key.data().scopes(),
        iso(key.createdAt()),
        isoOrNull(key.data().expiresAt()),
        key.data().rateLimit(),
        key.data().allowedNetworks(),
        metadata(key.data()),
        withOwner ? owner(key.owner()) : null);
  }

  /**
   * Returns a key as lists show it.
   *
   * @param withOwner whether the owner is named, as in answers to administrators
   */
  public static Listed listed(ListedKey listed, boolean withOwner) {
    ApiKey key = listed.key();
    return new Listed(
        key.id(),
        key.data().name(),
        key.data().prefix(),
        key.data().scopes(),
        iso(key.createdAt()),
        isoOrNull(key.data().expiresAt()),
        key.data().active(),
        isoOrNull(listed.lastUsedAt()),
        listed.requestCount(),
        isoOrNull(key.data().graceUntil()),
        key.data().rateLimit(),
        key.data().allowedNetworks(),
        metadata(key.data()),
        key.data().replacedBy(),
        withOwner ? owner(key.owner()) : null);
  }

  /** Returns the metadata of a key; empty where it has none. */
  public static Map<String, String> metadata(ApiKeyData data) {
    KeyMetadata metadata = data.metadata();
    return metadata == null ? Map.of() : metadata.values();
  }

  private static Owner owner(KeyOwner owner) {
    String name =
        owner instanceof KeyOwner.User user
            ? user.model().getUsername()
            : ((KeyOwner.Client) owner).model().getClientId();
    return new Owner(owner.type().id(), owner.id(), name);
  }

  private static @Nullable String isoOrNull(@Nullable Long millis) {
    return millis == null ? null : iso(millis);
  }

  private static String iso(long millis) {
    return Instant.ofEpochMilli(millis).toString();
  }
}

package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.OwnerType;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The cached data of a hash on a node. For a user's key, it has only the place of the credential,
 * which never changes. For a client's key, it is a copy of the row, valid for one version of the
 * client.
 *
 * @param keyId id of the key
 * @param ownerType user or client
 * @param ownerId id of the owner
 * @param createdAt epoch milliseconds
 * @param data of a client's key; null for a user's
 * @param version the client's key version that the copy was made at; null for a user's, and for a
 *     copy that nobody may rely on
 * @param readAt epoch milliseconds at which the copy was made
 */
public record KeyMapping(
    String keyId,
    OwnerType ownerType,
    String ownerId,
    long createdAt,
    @Nullable ApiKeyData data,
    @Nullable String version,
    long readAt) {

  /** How long a copy of a client's key is trusted even when the client seems unchanged. */
  private static final long CLIENT_COPY_MILLIS = Duration.ofSeconds(30).toMillis();

  /** Realm and hash. */
  public record Id(String realmId, String hash) {}

  /**
   * Whether a copy of a client's key can be relied on.
   *
   * @param ofClient the client's key version now, empty if its keys have never changed here
   * @param now epoch milliseconds
   */
  boolean isCurrent(String ofClient, long now) {
    return ofClient.equals(version) && now - readAt <= CLIENT_COPY_MILLIS;
  }
}

package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.key.limit.Allowance;
import dev.bulwark.apikey.manage.ApiKey;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The answer to a presented key. */
public sealed interface Verification {

  /**
   * The key is good.
   *
   * @param key the key
   * @param scopes those of its scopes that the owner may still get
   * @param allowance what the key has left of its rate limit; null if it has none
   */
  record Accepted(ApiKey key, Set<String> scopes, @Nullable Allowance allowance)
      implements Verification {}

  /**
   * The key is good, and its rate limit is used up.
   *
   * @param key the key
   * @param allowance when the window ends
   * @param first whether this is the first rejected request of the window, at any node
   */
  record Exhausted(ApiKey key, Allowance allowance, boolean first) implements Verification {}

  /**
   * The key is rejected. Callers are told no more than that; the reason is for the event log.
   *
   * @param reason why
   * @param keyId id of the key if it exists, else empty
   * @param ownerId id of the user who owns it, else empty
   * @param first whether the key exists, and this is its first rejection for this reason within a
   *     minute, at any node
   */
  record Rejected(Reason reason, String keyId, String ownerId, boolean first)
      implements Verification {
    static Rejected unknown(Reason reason) {
      return new Rejected(reason, "", "", false);
    }
  }

  /**
   * Too many wrong keys came from the address; the key was not looked at.
   *
   * @param retryAfterSeconds when to come again
   */
  record Limited(long retryAfterSeconds) implements Verification {}

  /** Why a key is rejected; the names appear in events and metrics. */
  enum Reason {
    MALFORMED,
    BAD_CHECKSUM,
    UNKNOWN,
    /** The realm has no API keys. */
    SWITCHED_OFF,
    INACTIVE,
    EXPIRED,
    REPLACED,
    /** The key may not be used from the address of the sender. */
    NETWORK_NOT_ALLOWED,
    OWNER_DISABLED,
    OWNER_LOCKED,
    /** Keycloak asks the owner for something at the next login, a new password for example. */
    OWNER_ACTIONS_PENDING;

    /** The published name, for example {@code owner_disabled}. */
    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}

package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.manage.ApiKey;
import java.util.Locale;
import java.util.Set;

/** The answer to a presented key. */
public sealed interface Verification {

  /**
   * The key is good.
   *
   * @param key the key
   * @param scopes those of its scopes that the owner may still get
   */
  record Accepted(ApiKey key, Set<String> scopes) implements Verification {}

  /**
   * The key is refused. Callers are told no more than that; the reason is for the event log.
   *
   * @param reason why
   * @param keyId id of the key if it exists, else empty
   * @param ownerId id of the user who owns it, else empty
   */
  record Refused(Reason reason, String keyId, String ownerId) implements Verification {
    static Refused unknown(Reason reason) {
      return new Refused(reason, "", "");
    }
  }

  /**
   * Too many wrong keys came from the address; the key was not looked at.
   *
   * @param retryAfterSeconds when to come again
   */
  record Limited(long retryAfterSeconds) implements Verification {}

  /** Why a key is refused; the names appear in events and metrics. */
  enum Reason {
    MALFORMED,
    BAD_CHECKSUM,
    UNKNOWN,
    INACTIVE,
    EXPIRED,
    REPLACED,
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

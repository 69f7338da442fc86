package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.RateLimit;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import dev.bulwark.apikey.verify.Verification.Reason;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Decides whether a key is accepted, from what the verifier has read. Pure. */
final class KeyDecision {

  private KeyDecision() {}

  /** The owner of a key, asked only for what the decision depends on. */
  interface Owner {

    boolean isEnabled();

    /** Whether a lockout by brute-force protection is in force that stops the owner's keys. */
    boolean isLocked();

    /** Whether required actions are pending that stop the owner's keys. */
    boolean hasPendingActions();
  }

  /**
   * Whether a text can be a key of the realm. Any other text is rejected without a lookup.
   *
   * @param imported whether the realm has imported keys: these may have the form of a mistyped one
   */
  static boolean canExist(ApiKeyFormat.Kind kind, BooleanSupplier imported) {
    return switch (kind) {
      case CHECKED, UNCHECKED, FOREIGN -> true;
      case BAD_CHECKSUM, ODD_LENGTH -> imported.getAsBoolean();
      case MALFORMED -> false;
    };
  }

  /** Why a text is rejected that is no key of the realm. */
  static Reason unknown(ApiKeyFormat.Kind kind) {
    return switch (kind) {
      case MALFORMED, ODD_LENGTH -> Reason.MALFORMED;
      case BAD_CHECKSUM -> Reason.BAD_CHECKSUM;
      case CHECKED, UNCHECKED, FOREIGN -> Reason.UNKNOWN;
    };
  }

  /**
   * Why a key that exists is rejected; null if it is accepted. The network comes first: elsewhere,
   * a thief does not learn in which state the key is.
   *
   * @param address of the sender, any text
   * @param now epoch milliseconds
   */
  static @Nullable Reason rejection(
      ApiKeyData key, @Nullable String address, Owner owner, long now) {
    AllowedNetworks allowed = key.allowedNetworks();
    if (allowed != null && !allowed.contains(address)) {
      return Reason.NETWORK_NOT_ALLOWED;
    }
    if (!owner.isEnabled()) {
      return Reason.OWNER_DISABLED;
    }
    if (owner.isLocked()) {
      return Reason.OWNER_LOCKED;
    }
    if (owner.hasPendingActions()) {
      return Reason.OWNER_ACTIONS_PENDING;
    }
    return switch (key.stateAt(now)) {
      case INACTIVE -> Reason.INACTIVE;
      case EXPIRED -> Reason.EXPIRED;
      case REPLACED -> Reason.REPLACED;
      case USABLE -> null;
    };
  }

  /**
   * The rate limit that a key's requests count against; null for none.
   *
   * @param ofRealm the limit for keys without one of their own; null for none
   */
  static @Nullable RateLimit rateLimit(ApiKeyData key, @Nullable RateLimit ofRealm) {
    RateLimit own = key.rateLimit();
    return own == null ? ofRealm : own;
  }

  /**
   * Whether a token that was exchanged for a key is valid as far as the key goes.
   *
   * @param issuedAt epoch seconds at which the token was issued
   * @param now epoch milliseconds
   */
  static boolean isTokenValid(ApiKeyData key, long issuedAt, long now) {
    Long from = key.tokensFrom();
    return key.stateAt(now) == ApiKeyData.State.USABLE && (from == null || issuedAt >= from);
  }
}

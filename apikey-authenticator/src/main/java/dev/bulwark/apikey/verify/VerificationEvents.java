package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.contract.ApiKeyDetails;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;

/** Describes presented keys in the event of the request. */
public final class VerificationEvents {

  private static final int MAX_ADDRESS = 64;

  private VerificationEvents() {}

  /** Describes a good key. */
  public static void accepted(EventBuilder event, Verification.Accepted accepted) {
    event
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(ApiKeyDetails.KEY, accepted.key().id());
  }

  /**
   * Describes a key that was not looked at, since too many wrong ones came from its address.
   *
   * @return the error to send the event with
   */
  static String limited(EventBuilder event) {
    event
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(Details.REASON, "too_many_wrong_api_keys");
    return Errors.SLOW_DOWN;
  }

  /**
   * Describes a key whose rate limit is used up.
   *
   * @return the error to send the event with
   */
  static String exhausted(EventBuilder event, Verification.Exhausted exhausted) {
    if (exhausted.key().owner() instanceof KeyOwner.User user) {
      event.user(user.id());
    }
    event
        .detail(ApiKeyDetails.KEY, exhausted.key().id())
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(Details.REASON, "api_key_rate_limit");
    return Errors.SLOW_DOWN;
  }

  /**
   * Describes a rejected key; the log has the reason, the caller does not.
   *
   * @param address of the sender; at a gateway another one than that of the request
   * @return the error to send the event with
   */
  static String rejected(
      EventBuilder event, Verification.Rejected rejected, @Nullable String address) {
    if (rejected.reason() == Verification.Reason.NETWORK_NOT_ALLOWED && address != null) {
      event.detail(ApiKeyDetails.ADDRESS, shown(address));
    }
    if (!rejected.ownerId().isEmpty()) {
      event.user(rejected.ownerId());
    }
    if (!rejected.keyId().isEmpty()) {
      event.detail(ApiKeyDetails.KEY, rejected.keyId());
    }
    event
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(Details.REASON, "api_key_" + rejected.reason().id());
    return "invalid_api_key";
  }

  /** A gateway may have passed on any text. */
  private static String shown(String address) {
    return address.length() > MAX_ADDRESS ? address.substring(0, MAX_ADDRESS) : address;
  }
}

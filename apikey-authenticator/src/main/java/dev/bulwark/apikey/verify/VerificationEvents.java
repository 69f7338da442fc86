package dev.bulwark.apikey.verify;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.contract.ApiKeyDetails;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;

/** Describes presented keys in the event of the request. */
public final class VerificationEvents {

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
   * Describes a refused key; the log has the reason, the caller does not.
   *
   * @return the error to send the event with
   */
  static String refused(EventBuilder event, Verification.Refused refused) {
    if (!refused.ownerId().isEmpty()) {
      event.user(refused.ownerId());
    }
    if (!refused.keyId().isEmpty()) {
      event.detail(ApiKeyDetails.KEY, refused.keyId());
    }
    event
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(Details.REASON, "api_key_" + refused.reason().id());
    return "invalid_api_key";
  }
}

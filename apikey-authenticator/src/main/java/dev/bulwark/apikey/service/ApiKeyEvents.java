package dev.bulwark.apikey.service;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.contract.ApiKeyDetails;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.ClientModel;

/**
 * The events of this module. What was done ({@link ApiKeyDetails#ACTION}): {@code created}, {@code
 * updated}, {@code rotated}, {@code revoked} or, by the server, {@code replaced} and {@code
 * owner_disabled}; or what happened: {@code expires_soon}, {@code new_network}.
 *
 * <p>{@link ApiKeyDetails#DEAD_KEY} is present exactly on those after which tokens that were
 * exchanged for the key are no longer honoured, so that a listener can revoke them.
 */
public final class ApiKeyEvents {

  private ApiKeyEvents() {}

  public static void created(EventBuilder event, ApiKey key) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), key, "created").success();
  }

  public static void updated(EventBuilder event, ApiKeyManager.Change change) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), change.after(), "updated");
    if (change.narrows()) {
      dead(event, change.after());
    }
    event.success();
  }

  public static void rotated(EventBuilder event, ApiKeyManager.Rotation rotation) {
    EventBuilder old = event.clone();
    describe(event.event(EventType.UPDATE_CREDENTIAL), rotation.made().key(), "created")
        .detail("api_key_replaces", rotation.old().id())
        .success();
    if (rotation.oldRevoked()) {
      revoked(old, rotation.old());
    } else {
      describe(old.event(EventType.UPDATE_CREDENTIAL), rotation.old(), "rotated")
          .detail("api_key_replaced_by", rotation.made().key().id());
      Long tokensEnd = rotation.tokensEnd();
      if (tokensEnd != null) {
        old.detail(ApiKeyDetails.ENDS_AT, Long.toString(tokensEnd));
      }
      old.success();
    }
  }

  /** The client that owns a key was disabled: the key is refused and its tokens are dead. */
  static void ownerDisabled(EventBuilder event, ClientModel owner, String keyId) {
    event
        .event(EventType.UPDATE_CREDENTIAL)
        .client(owner)
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(ApiKeyDetails.CLIENT, owner.getClientId())
        .detail(ApiKeyDetails.KEY, keyId)
        .detail(ApiKeyDetails.DEAD_KEY, keyId)
        .detail(Details.CREDENTIAL_ID, keyId)
        .detail(ApiKeyDetails.ACTION, "owner_disabled")
        .success();
  }

  public static void revoked(EventBuilder event, ApiKey key) {
    dead(describe(event.event(EventType.REMOVE_CREDENTIAL), key, "revoked"), key).success();
  }

  /** A rotated key that is removed because its overlap is over; nobody asked for it. */
  static void replaced(EventBuilder event, ApiKey key) {
    dead(describe(event.event(EventType.REMOVE_CREDENTIAL), key, "replaced"), key).success();
  }

  /** The key of a user ends soon. Nothing changes with it. */
  static void expiresSoon(EventBuilder event, ApiKey key, long end) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), key, "expires_soon")
        .detail(ApiKeyDetails.EXPIRES_AT, Long.toString(end))
        .success();
  }

  /** The key of a user was used from a network that is new for it. Nothing changes with it. */
  static void newNetwork(EventBuilder event, ApiKey key) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), key, "new_network").success();
  }

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
  public static String limited(EventBuilder event) {
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
  public static String refused(EventBuilder event, Verification.Refused refused) {
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

  private static EventBuilder dead(EventBuilder event, ApiKey key) {
    return event.detail(ApiKeyDetails.DEAD_KEY, key.id()).detail(Details.CREDENTIAL_ID, key.id());
  }

  private static EventBuilder describe(EventBuilder event, ApiKey key, String action) {
    if (key.owner() instanceof KeyOwner.Client client) {
      event.detail(ApiKeyDetails.CLIENT, client.model().getClientId());
    }
    return event
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(ApiKeyDetails.KEY, key.id())
        .detail(Details.CREDENTIAL_USER_LABEL, key.data().name())
        .detail(ApiKeyDetails.ACTION, action);
  }
}

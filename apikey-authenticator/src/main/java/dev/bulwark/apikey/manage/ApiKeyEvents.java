package dev.bulwark.apikey.manage;

import dev.bulwark.apikey.credential.ApiKeyCredentialModel;
import dev.bulwark.contract.ApiKeyActions;
import dev.bulwark.contract.ApiKeyDetails;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;

/**
 * Sends the events of changes of keys ({@link ApiKeyActions}).
 *
 * <p>{@link ApiKeyDetails#DEAD_KEY} is present exactly on those after which tokens that were
 * exchanged for the key are no longer valid, so that a listener can revoke them.
 */
public final class ApiKeyEvents {

  private ApiKeyEvents() {}

  public static void created(EventBuilder event, ApiKey key) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), key, ApiKeyActions.CREATED).success();
  }

  /**
   * A key of another application that an administrator has imported.
   *
   * @param isFirst whether it is the first of its owner in this import
   */
  public static void imported(EventBuilder event, ApiKey key, boolean isFirst) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), key, ApiKeyActions.IMPORTED);
    if (isFirst) {
      event.detail(ApiKeyDetails.FIRST_IMPORTED, "true");
    }
    event.success();
  }

  public static void updated(EventBuilder event, KeyUpdate change) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), change.after(), ApiKeyActions.UPDATED);
    if (change.narrows()) {
      endsTokens(event, change.after());
    }
    event.success();
  }

  public static void rotated(EventBuilder event, Rotation rotation) {
    EventBuilder old = event.clone();
    describe(event.event(EventType.UPDATE_CREDENTIAL), rotation.made().key(), ApiKeyActions.CREATED)
        .detail("api_key_replaces", rotation.old().id())
        .success();
    if (rotation.oldRevoked()) {
      revoked(old, rotation.old());
    } else {
      describe(old.event(EventType.UPDATE_CREDENTIAL), rotation.old(), ApiKeyActions.ROTATED)
          .detail("api_key_replaced_by", rotation.made().key().id());
      Long tokensEnd = rotation.tokensEnd();
      if (tokensEnd != null) {
        old.detail(ApiKeyDetails.ENDS_AT, Long.toString(tokensEnd));
      }
      old.success();
    }
  }

  public static void revoked(EventBuilder event, ApiKey key) {
    endsTokens(describe(event.event(EventType.REMOVE_CREDENTIAL), key, ApiKeyActions.REVOKED), key)
        .success();
  }

  /** A rotated key that is removed because its overlap is over; nobody asked for it. */
  public static void replaced(EventBuilder event, ApiKey key) {
    endsTokens(describe(event.event(EventType.REMOVE_CREDENTIAL), key, ApiKeyActions.REPLACED), key)
        .success();
  }

  /** The key of a user ends soon. Nothing changes with it. */
  public static void expiresSoon(EventBuilder event, ApiKey key, long end) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), key, ApiKeyActions.EXPIRES_SOON)
        .detail(ApiKeyDetails.EXPIRES_AT, Long.toString(end))
        .success();
  }

  /** The key of a user was used from a network that is new for it. Nothing changes with it. */
  public static void newNetwork(EventBuilder event, ApiKey key) {
    describe(event.event(EventType.UPDATE_CREDENTIAL), key, ApiKeyActions.NEW_NETWORK).success();
  }

  /** The first request of a window beyond a rate of its owner; there is no key to name. */
  static void tooMany(EventBuilder event, KeyOwner owner) {
    if (owner instanceof KeyOwner.Client client) {
      event.detail(ApiKeyDetails.CLIENT, client.model().getClientId());
    }
    event
        .event(EventType.UPDATE_CREDENTIAL)
        .detail(Details.CREDENTIAL_TYPE, ApiKeyCredentialModel.TYPE)
        .detail(Details.REASON, "api_key_owner_rate")
        .error(Errors.SLOW_DOWN);
  }

  private static EventBuilder endsTokens(EventBuilder event, ApiKey key) {
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

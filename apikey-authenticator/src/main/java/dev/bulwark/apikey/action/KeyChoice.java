package dev.bulwark.apikey.action;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.manage.ApiKey;

/**
 * A key that the page can change; the template language calls its accessors as methods.
 *
 * @param id of the key
 * @param name of the key
 * @param prefix its visible part, may be empty
 * @param active false once deactivated
 * @param replaceable whether another can be put in its place
 */
public record KeyChoice(
    String id, String name, String prefix, boolean active, boolean replaceable) {

  /**
   * A key at a moment.
   *
   * @param now epoch milliseconds
   */
  static KeyChoice of(ApiKey key, long now) {
    ApiKeyData data = key.data();
    return new KeyChoice(
        key.id(),
        data.name(),
        data.prefix(),
        data.active(),
        data.stateAt(now) == ApiKeyData.State.USABLE && !data.isRotated());
  }

  /** Whether there is anything left to change: a key that has ended can only be deleted. */
  static boolean isChangeable(ApiKey key, long now) {
    ApiKeyData.State state = key.data().stateAt(now);
    return state == ApiKeyData.State.USABLE || state == ApiKeyData.State.INACTIVE;
  }
}

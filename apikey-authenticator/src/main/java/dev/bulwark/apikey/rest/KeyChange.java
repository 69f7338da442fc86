package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.key.ApiKeyData;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A merge patch of a key: {@code name}, {@code scopes}, {@code expiresAt}, {@code active}. */
final class KeyChange {

  /** What is chosen of a new key. */
  static final String[] CHOSEN = {"name", "scopes", "expiresAt"};

  /** What can be changed. */
  static final String[] MEMBERS = {"name", "scopes", "expiresAt", "active"};

  private final KeyRequest request;

  KeyChange(KeyRequest request) {
    this.request = request;
    if (!request.has("name")
        && !request.has("scopes")
        && !request.has("expiresAt")
        && !request.has("active")) {
      throw KeyRequest.invalid("name, scopes, expiresAt or active is needed");
    }
  }

  /** Whether the key may be good for more, or longer, than before. */
  boolean mayWiden() {
    return request.has("scopes")
        || request.has("expiresAt")
        || request.flag("active").orElse(false);
  }

  /**
   * The scopes for which the key may be good longer than before, or anew: all that it has then
   * where its end or its activation changes, else those that are added.
   */
  Set<String> gained(ApiKeyData before, ApiKeyData after) {
    Set<String> gained = new LinkedHashSet<>(after.scopes());
    if (!request.has("expiresAt") && !request.flag("active").orElse(false)) {
      before.scopes().forEach(gained::remove);
    }
    return gained;
  }

  /** What a request chooses of a new key. */
  static ApiKeyData chosen(KeyRequest request) {
    return apply(request, ApiKeyData.builder().build());
  }

  ApiKeyData apply(ApiKeyData data) {
    return apply(request, data);
  }

  private static ApiKeyData apply(KeyRequest request, ApiKeyData data) {
    ApiKeyData.Builder changed = data.toBuilder();
    if (request.has("name")) {
      changed.name(request.text("name").orElse(""));
    }
    if (request.has("scopes")) {
      changed.scopes(request.texts("scopes").orElse(List.of()));
    }
    if (request.has("expiresAt")) {
      changed.expiresAt(request.moment("expiresAt"));
    }
    if (request.has("active")) {
      changed.active(
          request
              .flag("active")
              .orElseThrow(() -> KeyRequest.invalid("active must be true or false")));
    }
    return changed.build();
  }
}

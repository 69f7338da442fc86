package dev.bulwark.apikey.rest.message;

import dev.bulwark.apikey.key.ApiKeyData;
import dev.bulwark.apikey.key.KeyMetadata;
import dev.bulwark.apikey.key.limit.AllowedNetworks;
import dev.bulwark.apikey.key.limit.RateLimit;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a request chooses of a new key, or a merge patch of a key. Immutable. */
public final class KeyChange {

  /** What is chosen of a new key. */
  public static final List<String> CHOSEN =
      List.of("name", "scopes", "expiresAt", "rateLimit", "allowedNetworks", "metadata");

  /** What can be changed. */
  public static final List<String> MEMBERS =
      Stream.concat(CHOSEN.stream(), Stream.of("active")).toList();

  private final KeyRequest request;

  /**
   * Reads a change.
   *
   * @throws RuntimeException that answers 400 ({@link KeyRequest#invalid}), if nothing is changed
   */
  public KeyChange(KeyRequest request) {
    this.request = request;
    if (MEMBERS.stream().noneMatch(request::has)) {
      throw KeyRequest.invalid(String.join(", ", CHOSEN) + " or active is needed");
    }
  }

  /** Whether the key may be good for more, or longer, than before. */
  public boolean mayWiden() {
    return request.has("scopes")
        || request.has("expiresAt")
        || request.flag("active").orElse(false);
  }

  /** Whether the key is good for more requests or in more networks than before. */
  public static boolean frees(ApiKeyData before, ApiKeyData after) {
    return RateLimit.widens(before.rateLimit(), after.rateLimit())
        || AllowedNetworks.widens(before.allowedNetworks(), after.allowedNetworks());
  }

  /**
   * The scopes for which a key is good longer than before, or anew: all that it has then where it
   * ends later, becomes active or has wider limits, else those that are added.
   */
  public static Set<String> gained(ApiKeyData before, ApiKeyData after) {
    Set<String> gained = new LinkedHashSet<>(after.scopes());
    if (!endsLater(before.expiresAt(), after.expiresAt())
        && !frees(before, after)
        && (before.active() || !after.active())) {
      before.scopes().forEach(gained::remove);
    }
    return gained;
  }

  private static boolean endsLater(@Nullable Long before, @Nullable Long after) {
    return before != null && (after == null || after > before);
  }

  /**
   * Returns what a request chooses of a new key.
   *
   * @throws RuntimeException that answers 400 ({@link KeyRequest#invalid}), if a member is not what
   *     it should be
   */
  public static ApiKeyData chosen(KeyRequest request) {
    return apply(request, ApiKeyData.builder().build());
  }

  /**
   * Returns the key with the change.
   *
   * @throws RuntimeException that answers 400 ({@link KeyRequest#invalid}), if a member is not what
   *     it should be
   */
  public ApiKeyData apply(ApiKeyData data) {
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
    if (request.has("rateLimit")) {
      changed.rateLimit(
          request.object("rateLimit").map(given -> rateLimit(given, data)).orElse(null));
    }
    if (request.has("allowedNetworks")) {
      changed.allowedNetworks(
          request.texts("allowedNetworks").map(KeyChange::networks).orElse(null));
    }
    if (request.has("metadata")) {
      changed.metadata(request.object("metadata").map(given -> metadata(given, data)).orElse(null));
    }
    if (request.has("active")) {
      changed.active(
          request
              .flag("active")
              .orElseThrow(() -> KeyRequest.invalid("active must be true or false")));
    }
    return changed.build();
  }

  /** A merge patch of an object: what is absent stays, what is null goes. */
  private static @Nullable KeyMetadata metadata(KeyRequest given, ApiKeyData data) {
    KeyMetadata before = data.metadata();
    Map<String, String> values = new HashMap<>(before == null ? Map.of() : before.values());
    given
        .textsByName()
        .forEach(
            (name, value) ->
                value.ifPresentOrElse(text -> values.put(name, text), () -> values.remove(name)));
    try {
      return values.isEmpty() ? null : KeyMetadata.of(values);
    } catch (IllegalArgumentException e) {
      throw KeyRequest.invalid("metadata: " + e.getMessage());
    }
  }

  private static AllowedNetworks networks(List<String> texts) {
    try {
      return AllowedNetworks.of(texts);
    } catch (IllegalArgumentException e) {
      throw KeyRequest.invalid("allowedNetworks: " + e.getMessage());
    }
  }

  /** A merge patch of an object: what is absent stays. */
  private static RateLimit rateLimit(KeyRequest given, ApiKeyData data) {
    given.requireOnly(List.of("requests", "seconds"));
    RateLimit before = data.rateLimit();
    Long requests =
        given.number("requests").orElse(before == null ? null : (long) before.requests());
    Long seconds = given.number("seconds").orElse(before == null ? null : (long) before.seconds());
    if (requests == null || seconds == null) {
      throw KeyRequest.invalid("rateLimit needs requests and seconds");
    }
    try {
      return new RateLimit(Math.toIntExact(requests), Math.toIntExact(seconds));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw KeyRequest.invalid(
          "rateLimit must have 1 to "
              + RateLimit.MAX_REQUESTS
              + " requests in 1 to "
              + RateLimit.MAX_SECONDS
              + " seconds");
    }
  }
}

package dev.bulwark.apikey.rest.message;

import dev.bulwark.apikey.key.OwnerType;
import dev.bulwark.apikey.key.PlainText;
import jakarta.ws.rs.core.MultivaluedMap;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An owner, or all owners of a type, as a request names it. Immutable.
 *
 * @param id stored id, or the client id of a client; null for all owners of the type
 */
public record OwnerReference(OwnerType type, @Nullable String id) {

  /** The query parameters that name an owner. All but the first are old spellings. */
  static final List<String> PARAMETERS =
      List.of("owner", "ownerType", "ownerId", "owner.type", "owner.id");

  /**
   * Returns the owner in the body of a request; empty where the body names none.
   *
   * @throws RuntimeException that answers 400 ({@link KeyRequest#invalid}), if it is no owner
   */
  public static Optional<OwnerReference> of(KeyRequest body) {
    return body.object("owner").map(OwnerReference::named);
  }

  /**
   * Returns the owner in a query, empty where it names none: {@code owner=user:ID}, or {@code
   * owner=user} for all users. Accepts the old spellings {@code owner={"type":…,"id":…}}, {@code
   * ownerType} with {@code ownerId}, and {@code owner.type} with {@code owner.id} too.
   *
   * @throws RuntimeException that answers 400 ({@link KeyRequest#invalid}), if it is no owner
   */
  public static Optional<OwnerReference> of(MultivaluedMap<String, String> query) {
    String owner = query.getFirst("owner");
    if (owner != null && owner.startsWith("{")) {
      return Optional.of(named(KeyRequest.parse(owner.getBytes(StandardCharsets.UTF_8))));
    }
    if (owner != null) {
      int colon = owner.indexOf(':');
      return Optional.of(
          colon < 0
              ? new OwnerReference(type(owner), null)
              : new OwnerReference(
                  type(owner.substring(0, colon)), required(owner.substring(colon + 1))));
    }
    String type = first(query, "ownerType", "owner.type");
    String id = first(query, "ownerId", "owner.id");
    return type == null && id == null
        ? Optional.empty()
        : Optional.of(new OwnerReference(type(type), required(id)));
  }

  /** Whether a query has two spellings of which one would be ignored. */
  static boolean isNamedTwice(Set<String> names) {
    return names.contains("owner")
        ? PARAMETERS.stream().filter(names::contains).count() > 1
        : names.containsAll(List.of("ownerType", "owner.type"))
            || names.containsAll(List.of("ownerId", "owner.id"));
  }

  private static OwnerReference named(KeyRequest owner) {
    return new OwnerReference(
        type(owner.text("type").orElse("")), required(owner.text("id").orElse("")));
  }

  private static OwnerType type(@Nullable String type) {
    return OwnerType.of(type == null ? "" : type)
        .orElseThrow(() -> KeyRequest.invalid("owner.type must be user or client"));
  }

  private static String required(@Nullable String id) {
    if (id == null || id.isBlank()) {
      throw KeyRequest.invalid("owner.id is needed");
    }
    if (!PlainText.isName(id)) {
      throw KeyRequest.invalid(
          "owner.id must be 1 to " + PlainText.MAX_NAME + " characters, without NUL");
    }
    return id;
  }

  private static @Nullable String first(
      MultivaluedMap<String, String> query, String name, String other) {
    String value = query.getFirst(name);
    return value == null ? query.getFirst(other) : value;
  }
}

package dev.bulwark.apikey.store;

import dev.bulwark.apikey.key.OwnerType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which keys of a realm are looked for, and in which order. A null leaves the property open.
 *
 * @param ownerType whose keys
 * @param ownerId stored id of one owner; only with a type
 * @param words all of them must occur, each in the name, the owner's name or e-mail address, or at
 *     the beginning of the visible part, whatever their case
 * @param state what state the key is in
 * @param endsBy epoch milliseconds: the key ends until then, and has not ended yet
 * @param unusedSince epoch milliseconds: the key was made before, and not used since
 */
public record KeyFilter(
    @Nullable OwnerType ownerType,
    @Nullable String ownerId,
    List<String> words,
    @Nullable State state,
    @Nullable Long endsBy,
    @Nullable Long unusedSince,
    Order order) {

  /** All keys of a realm, oldest first. */
  public static final KeyFilter ALL =
      new KeyFilter(null, null, List.of(), null, null, null, Order.OLDEST);

  /** The same filter for the keys of one owner, or of all owners of a type. */
  public KeyFilter ownedBy(OwnerType type, @Nullable String id) {
    return new KeyFilter(type, id, words, state, endsBy, unusedSince, order);
  }

  /** Each key is in exactly one of these states. */
  public enum State {
    /** Accepted, and not replaced. */
    ACTIVE,
    /** Deactivated. */
    INACTIVE,
    /** Its end is over. */
    EXPIRED,
    /** A rotation has put another in its place; it may be accepted until the overlap is over. */
    REPLACED
  }

  /** Orders of a list; each ends with the id, so that pages do not overlap. */
  public enum Order {
    OLDEST("k.createdAt, k.id"),
    NEWEST("k.createdAt desc, k.id desc"),
    /** Keys without an end come last. */
    EXPIRY("case when k.endsAt is null then 1 else 0 end, k.endsAt, k.id"),
    /** Longest without use first; a key that was never used counts from its creation. */
    LAST_USE("coalesce(k.lastUsedAt, k.createdAt), k.id");

    private final String clause;

    Order(String clause) {
      this.clause = clause;
    }

    String clause() {
      return clause;
    }
  }
}

package dev.bulwark.revocation.issuance;

import dev.bulwark.contract.StatusPlaces.Range;
import dev.bulwark.contract.StatusReference;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block of ids, as the database has it.
 *
 * @param id unique
 * @param owner name of the node whose ids they are
 * @param prefix what each id begins with: in Keycloak the kind of session, token and grant, and a
 *     colon
 * @param secret the ids are made of it, see {@link DerivedIds}; hexadecimal
 * @param size number of ids, 1 or more
 * @param maxExpiresAt no token with such an id has a greater {@code exp}, seconds since 1970
 * @param places where each id ends with a place in a Token Status List, as many as ids; else null
 */
public record Reservation(
    String id,
    String owner,
    String prefix,
    String secret,
    int size,
    long maxExpiresAt,
    @Nullable Range places) {

  /** Ids without places. */
  public Reservation(
      String id, String owner, String prefix, String secret, int size, long maxExpiresAt) {
    this(id, owner, prefix, secret, size, maxExpiresAt, null);
  }

  /** The same with a place for each id; as many ids as there are places. */
  Reservation at(Range range) {
    return new Reservation(id, owner, prefix, secret, range.count(), maxExpiresAt, range);
  }

  /**
   * All ids, in their order.
   *
   * @param references the places of this block, in their order; none if it has none
   */
  public List<String> jtis(List<StatusReference> references) {
    List<String> ids = DerivedIds.of(prefix, HexFormat.of().parseHex(secret), size);
    if (places == null) {
      return ids;
    }
    List<String> listed = new ArrayList<>(size);
    for (int i = 0; i < size; i++) {
      listed.add(references.get(i).appendTo(ids.get(i)));
    }
    return listed;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "block " + id + " of " + owner + ", " + size + " ids " + prefix + "…";
  }
}

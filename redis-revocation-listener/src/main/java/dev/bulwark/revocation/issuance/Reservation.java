package dev.bulwark.revocation.issuance;

import java.util.HexFormat;
import java.util.List;

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
 */
public record Reservation(
    String id, String owner, String prefix, String secret, int size, long maxExpiresAt) {

  /** All ids, in their order. */
  public List<String> jtis() {
    return DerivedIds.of(prefix, HexFormat.of().parseHex(secret), size);
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "block " + id + " of " + owner + ", " + size + " ids " + prefix + "…";
  }
}

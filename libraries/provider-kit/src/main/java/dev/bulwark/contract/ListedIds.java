package dev.bulwark.contract;

import java.util.Optional;

/**
 * Gives a token an id that was reserved together with a place in a Token Status List. Such a token
 * does not wait for its row in the ledger. The factory of the token post-processor {@link
 * #POST_PROCESSOR} implements it. Thread-safe.
 */
public interface ListedIds {

  /** Id of the post-processor. It has to run after the call, in the same request. */
  String POST_PROCESSOR = "revocation-ledger";

  /**
   * An id that one token may have. The caller stores it in the session of the request, under {@link
   * #ATTRIBUTE} and the {@code jti}, where the post-processor finds it.
   */
  interface ListedId {

    /** What the name of the session attribute begins with. */
    String ATTRIBUTE = "bulwark.revocation.listed.";

    /** The {@code jti}; it ends with the place, see {@link StatusReference}. */
    String jti();
  }

  /**
   * Takes an id. Does not wait.
   *
   * @param jti the id that the token has; what precedes its last colon is kept
   * @param realmId internal id of the realm
   * @param windowEnd of the list, see {@link StatusPlaces#lease}
   * @param expiresAt {@code exp} of the token, seconds since 1970
   * @return empty if none is ready now
   */
  Optional<ListedId> take(String jti, String realmId, long windowEnd, long expiresAt);
}

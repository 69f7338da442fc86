package dev.bulwark.checker;

/** Names of keys, as Keycloak's redis-revocation-listener writes them. */
final class Keys {

  /** Before the jti of a revoked token. */
  private static final String REVOKED = "revoked:";

  /** Holds the time up to which the revocations are complete, milliseconds since 1970. */
  private static final String COMPLETE = "revocation:complete";

  /** In place of {@link #COMPLETE}, what tells one life of a primary from the next. */
  private static final String EPOCH = "revocation:epoch";

  /** Before the name of a realm: its state ({@link RealmState}). */
  private static final String REALM = "revocation:realm";

  private final String prefix;
  private final String revoked;
  private final String complete;

  Keys(String prefix) {
    this.prefix = prefix;
    this.revoked = prefix + REVOKED;
    this.complete = prefix + COMPLETE;
  }

  String revoked(String jti) {
    return revoked + jti;
  }

  /** Outside a cluster. */
  String complete() {
    return complete;
  }

  /**
   * Of a primary of a cluster.
   *
   * @param slot the lowest that the primary serves
   */
  String complete(int slot) {
    return complete + ":{" + Tags.OF_SLOT[slot] + "}";
  }

  /**
   * The state of a realm, in the same slot.
   *
   * @param completeKey the key of a watermark
   */
  String state(String completeKey, String realm) {
    return prefix + REALM + completeKey.substring(complete.length()) + ':' + realm;
  }

  /**
   * The epoch of the same primary, in the same slot.
   *
   * @param completeKey the key of its watermark
   */
  String epoch(String completeKey) {
    return prefix + EPOCH + completeKey.substring(complete.length());
  }

  /** For each slot the smallest number whose decimal text hashes to it. About 150,000 hashes. */
  private static final class Tags {
    static final int[] OF_SLOT = new int[HashSlot.COUNT];

    static {
      boolean[] found = new boolean[OF_SLOT.length];
      int missing = OF_SLOT.length;
      for (int number = 0; missing > 0; number++) {
        int slot = HashSlot.of(Integer.toString(number));
        if (!found[slot]) {
          found[slot] = true;
          OF_SLOT[slot] = number;
          missing--;
        }
      }
    }
  }
}

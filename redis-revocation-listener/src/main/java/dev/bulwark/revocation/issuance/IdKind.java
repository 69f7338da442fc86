package dev.bulwark.revocation.issuance;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tokens for which an id of a block can be used.
 *
 * @param prefix what their ids begin with: in Keycloak the kind of session, token and grant, and a
 *     colon
 * @param realmId internal id of their realm, if each has a place in a Token Status List; else null
 * @param windowEnd when all tokens of that list have expired, seconds since 1970; 0 without a list
 */
record IdKind(String prefix, @Nullable String realmId, long windowEnd) {

  /**
   * Keycloak's have 7 characters. A mapper can set others, and rows and blocks take no long ids.
   */
  private static final int MAX_PREFIX = 100;

  /** Of tokens without a place. */
  static IdKind plain(String prefix) {
    return new IdKind(prefix, null, 0);
  }

  /** Returns the part of an id that says what kind of token it is. */
  static String prefixOf(String jti) {
    return jti.substring(0, jti.lastIndexOf(':') + 1);
  }

  /** Whether ids with this prefix, and with a place, fit into rows and blocks. */
  boolean canBeReserved() {
    return prefix.length() <= MAX_PREFIX;
  }

  /** Whether the tokens have places in a list. */
  boolean isListed() {
    return realmId != null;
  }

  /** Whether no token of it can be issued any more. */
  boolean isOver(long now) {
    return isListed() && windowEnd <= now;
  }

  /** Written out: each token looks its kind up, and a profile showed that of the record. */
  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || other instanceof IdKind kind
            && windowEnd == kind.windowEnd
            && prefix.equals(kind.prefix)
            && Objects.equals(realmId, kind.realmId);
  }

  @Override
  public int hashCode() {
    int hash = 31 * prefix.hashCode() + Long.hashCode(windowEnd);
    return realmId == null ? hash : 31 * hash + realmId.hashCode();
  }
}

package dev.bulwark.statuslist;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bulwark.statuslist.store.RevokedBits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The lists that have been signed, by their addresses. Thread-safe. */
final class SignedLists {

  /** A host name that a client makes up has an entry too. */
  private static final int MAX = 500;

  private static final Duration UNUSED = Duration.ofMinutes(2);

  private final Cache<String, SignedList> lists =
      Caffeine.newBuilder().maximumSize(MAX).expireAfterAccess(UNUSED).build();

  /** Signs a list. */
  @FunctionalInterface
  interface Signer {

    /**
     * Does it.
     *
     * @param issuedAt {@code iat}, seconds since 1970
     */
    SignedList sign(RevokedBits bits, long issuedAt);
  }

  /**
   * Returns a list that has these bits or newer ones, and this {@code iat} or a later one.
   *
   * @param uri address of the list
   * @param issuedAt {@code iat}, seconds since 1970
   * @param signer signs it where what was signed is older
   */
  SignedList get(String uri, RevokedBits bits, long issuedAt, Signer signer) {
    SignedList known = lists.getIfPresent(uri);
    return known != null && known.covers(bits, issuedAt)
        ? known
        : lists.asMap().compute(uri, (key, other) -> newest(other, bits, issuedAt, signer));
  }

  /** A request that was slow must not bring back what is older. */
  private static SignedList newest(
      @Nullable SignedList other, RevokedBits bits, long issuedAt, Signer signer) {
    if (other == null) {
      return signer.sign(bits, issuedAt);
    }
    if (other.covers(bits, issuedAt)) {
      return other;
    }
    RevokedBits latest = other.bits().isNewerThan(bits) ? other.bits() : bits;
    return signer.sign(latest, Math.max(issuedAt, other.issuedAt()));
  }
}

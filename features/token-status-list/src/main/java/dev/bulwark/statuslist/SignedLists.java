package dev.bulwark.statuslist;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.bulwark.statuslist.store.RevokedBits;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The lists that have been signed, by their forms and addresses. Thread-safe. */
final class SignedLists {

  /** A host name that a client makes up has an entry too. */
  private static final int MAX_LISTS = 500;

  private static final Duration MAX_IDLE = Duration.ofMinutes(2);

  /** A list is signed again after so long: the realm may have disabled the key. */
  private static final Duration MAX_SIGNATURE_AGE = Duration.ofMinutes(1);

  private final Ticker timer;
  private final Cache<String, Signed> lists;

  private record Signed(SignedList list, long at) {}

  /** Creates one that has none. */
  SignedLists() {
    this(Ticker.systemTicker());
  }

  /** With a timer, nanoseconds since any time. */
  SignedLists(Ticker timer) {
    this.timer = timer;
    this.lists = Caffeine.newBuilder().maximumSize(MAX_LISTS).expireAfterAccess(MAX_IDLE).build();
  }

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
   * Returns a list that has these bits or newer ones, and this {@code iat} or a later one. Its
   * signature is a minute old at most.
   *
   * @param key form and address of the list
   * @param issuedAt {@code iat}, seconds since 1970
   * @param signer signs it where what was signed is older
   */
  SignedList get(String key, RevokedBits bits, long issuedAt, Signer signer) {
    Signed known = lists.getIfPresent(key);
    return known != null && isFresh(known) && known.list.covers(bits, issuedAt)
        ? known.list
        : lists.asMap().compute(key, (same, other) -> newest(other, bits, issuedAt, signer)).list;
  }

  private boolean isFresh(Signed signed) {
    return timer.read() - signed.at < MAX_SIGNATURE_AGE.toNanos();
  }

  /** A request that was slow must not bring back what is older. */
  private Signed newest(@Nullable Signed other, RevokedBits bits, long issuedAt, Signer signer) {
    long now = timer.read();
    if (other == null) {
      return new Signed(signer.sign(bits, issuedAt), now);
    }
    SignedList list = other.list;
    if (isFresh(other) && list.covers(bits, issuedAt)) {
      return other;
    }
    RevokedBits latest = list.bits().isNewerThan(bits) ? list.bits() : bits;
    return new Signed(signer.sign(latest, Math.max(issuedAt, list.issuedAt())), now);
  }
}

package dev.bulwark.revocation.issuance;

import dev.bulwark.contract.StatusReference;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A block of ids that the database has reserved for this node. Each id is used once. Thread-safe.
 *
 * <p>As long as the block's row is in the database, an id of it that has no row in the ledger is
 * revoked when this node is lost: so the row goes only when the block is spent.
 */
public final class IdBlock {

  private final Reservation reservation;
  private final List<String> jtis;
  private final BitSet unsettled = new BitSet();
  private int next;
  private boolean closed;

  /** A block without places, whose row is in the database. */
  public IdBlock(Reservation reservation) {
    this(reservation, List.of());
  }

  /**
   * A block whose row is in the database.
   *
   * @param places of its ids, see {@link Reservation#jtis}
   */
  IdBlock(Reservation reservation, List<StatusReference> places) {
    this.reservation = reservation;
    this.jtis = reservation.jtis(places);
  }

  /** What the database has of it. */
  public Reservation reservation() {
    return reservation;
  }

  String jti(int index) {
    return jtis.get(index);
  }

  /**
   * Takes the next id.
   *
   * @param expiresAt {@code exp} of the token, seconds since 1970
   * @return null if none is left, or if the token would outlive the block
   */
  synchronized @Nullable ReservedId take(long expiresAt) {
    if (isUsedUp() || expiresAt > reservation.maxExpiresAt()) {
      return null;
    }
    unsettled.set(next);
    return new ReservedId(this, next++);
  }

  /** Whether no more ids are to be had. */
  synchronized boolean isUsedUp() {
    return closed || next == jtis.size();
  }

  /** Gives out no more ids. */
  synchronized void close() {
    closed = true;
  }

  /** The token of the id has its row, or is revoked; false if that was said before. */
  synchronized boolean settle(int index) {
    boolean first = unsettled.get(index);
    unsettled.clear(index);
    return first;
  }

  /** Whether the row in the database has no use any more. */
  synchronized boolean isSpent() {
    return isUsedUp() && unsettled.isEmpty();
  }

  /** The ids that are taken and not settled. */
  synchronized List<ReservedId> unsettled() {
    List<ReservedId> ids = new ArrayList<>();
    unsettled.stream().forEach(index -> ids.add(new ReservedId(this, index)));
    return ids;
  }
}

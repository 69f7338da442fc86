package dev.bulwark.revocation.writer;

import dev.bulwark.revocation.rules.JtiRange;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Gives the tokens of a service one row for those that differ by their id alone, which are those of
 * one second: the row stands for a range of ids, and is written before the first of its tokens
 * leaves. Its size follows the rate of the client.
 *
 * <p>Whoever ends the row ends all ids of it, those that no token has yet included. So a range is
 * left as soon as this node reads the client, its service account or the realm anew ({@link
 * #leave}): a token that is issued after an ending was taken back (disabled and enabled within the
 * second) is issued by what was read after that, and gets another row. A token whose request still
 * goes by what was read before the ending ends like those that were issued before it.
 *
 * <p>Thread-safe.
 */
public final class ServiceRows {

  private final Function<LedgerToken, Ticket<LedgerToken>> queue;

  /** The range that is open, by the internal id of the client. */
  private final ConcurrentMap<String, Range> open = new ConcurrentHashMap<>();

  /**
   * Without any range.
   *
   * @param queue queues a row; does not wait
   */
  public ServiceRows(Function<LedgerToken, Ticket<LedgerToken>> queue) {
    this.queue = queue;
  }

  /**
   * A place in a row.
   *
   * @param jti the id that the token has to have
   * @param ticket of its row, which may be written already
   */
  public record Place(String jti, Ticket<LedgerToken> ticket) {}

  /**
   * Gives a token its place. The row may be written at once.
   *
   * @param token of a service account and its own client, without session and API key; with an id
   *     for which {@link JtiRange#canBegin} is true
   */
  public Place take(LedgerToken token) {
    while (true) {
      Range known = open.get(token.clientId());
      if (known != null && token.issuedAt() < known.row.issuedAt()) {
        // Of a request that stood still: the second of the others goes on.
        return new Place(token.jti(), queue.apply(token));
      }
      Place place = known == null || !known.fits(token) ? null : known.take();
      if (place != null) {
        return place;
      }
      Range next = Range.after(known, token, queue);
      if (known == null) {
        open.putIfAbsent(token.clientId(), next);
      } else {
        open.replace(token.clientId(), known, next);
      }
    }
  }

  /** A client, or its service account, has been read anew: its range is left. Does not wait. */
  public void leave(String clientId) {
    open.remove(clientId);
  }

  /** A realm has been read anew: all ranges are left. Does not wait. */
  public void leaveAll() {
    open.clear();
  }

  /** A row and its ids. */
  private static final class Range {

    private final LedgerToken row;
    private final int size;
    private final Function<LedgerToken, Ticket<LedgerToken>> queue;

    /** Tokens of the same second in the ranges before this one. */
    private final int before;

    private int taken;

    /** Null as long as the row is not queued, which the first token does. */
    private @Nullable Ticket<LedgerToken> ticket;

    private Range(
        LedgerToken token, int size, int before, Function<LedgerToken, Ticket<LedgerToken>> queue) {
      // A range of one costs the token nothing: it keeps its id.
      this.row = size == 1 ? token : token.withJti(JtiRange.base(token.jti(), size));
      this.size = size;
      this.before = before;
      this.queue = queue;
    }

    /** The range after another one, for as many tokens as the client may need in the second. */
    static Range after(
        @Nullable Range last, LedgerToken token, Function<LedgerToken, Ticket<LedgerToken>> queue) {
      int issued = last == null ? 0 : last.issued();
      long ago = last == null ? Long.MAX_VALUE : token.issuedAt() - last.row.issuedAt();
      int wanted = ago == 0 ? 2 * issued : ago == 1 ? issued : 1;
      int size = Math.max(1, Math.min(wanted, JtiRange.MAX_SIZE));
      return new Range(token, size, ago == 0 ? issued : 0, queue);
    }

    private synchronized int issued() {
      return before + taken;
    }

    /** Whether a token differs from those of the row by its id alone. */
    boolean fits(LedgerToken token) {
      return token.issuedAt() == row.issuedAt() && token.withJti(row.jti()).equals(row);
    }

    /** The next place; null if there is none, or if the row could not be written. */
    synchronized @Nullable Place take() {
      if (taken == size || ticket != null && ticket.hasFailed()) {
        return null;
      }
      Ticket<LedgerToken> queued = ticket == null ? queue.apply(row) : ticket;
      ticket = queued;
      String jti = size == 1 ? row.jti() : JtiRange.id(row.jti(), taken);
      taken++;
      return new Place(jti, queued);
    }
  }
}

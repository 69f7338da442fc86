package dev.bulwark.revocation.writer;

import dev.bulwark.revocation.rules.JtiRange;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.writer.GroupCommit.Ticket;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.BiFunction;
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
    Taking taking = new Taking(token);
    open.compute(token.clientId(), taking);
    return Objects.requireNonNull(taking.place);
  }

  /**
   * Takes a place in the range of the client, or in a new one. Whoever begins a range has its first
   * place before others see it: a range of one has the id of that token.
   */
  private final class Taking implements BiFunction<String, @Nullable Range, Range> {

    private final LedgerToken token;
    private @Nullable Place place;

    Taking(LedgerToken token) {
      this.token = token;
    }

    @Override
    public Range apply(String clientId, @Nullable Range known) {
      if (known != null && token.issuedAt() < known.row.issuedAt()) {
        // Of a request that stood still: the second of the others goes on.
        place = new Place(token.jti(), queue.apply(token));
        return known;
      }
      place = known == null || !known.fits(token) ? null : known.take();
      if (known != null && place != null) {
        return known;
      }
      Range next = Range.after(known, token, queue);
      place = next.place();
      return next;
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

  /** A row and its ids. Used by one thread at a time. */
  private static final class Range {

    private final LedgerToken row;
    private final int size;

    /** Tokens of the same second in the ranges before this one. */
    private final int before;

    private final Ticket<LedgerToken> ticket;
    private int taken;

    private Range(
        LedgerToken token, int size, int before, Function<LedgerToken, Ticket<LedgerToken>> queue) {
      // A range of one costs the token nothing: it keeps its id.
      this.row = size == 1 ? token : token.withJti(JtiRange.base(token.jti(), size));
      this.size = size;
      this.before = before;
      this.ticket = queue.apply(row);
    }

    /** The range after another one, for as many tokens as the client may need in the second. */
    static Range after(
        @Nullable Range last, LedgerToken token, Function<LedgerToken, Ticket<LedgerToken>> queue) {
      int issued = last == null ? 0 : last.before + last.taken;
      long ago = last == null ? Long.MAX_VALUE : token.issuedAt() - last.row.issuedAt();
      int wanted = ago == 0 ? 2 * issued : ago == 1 ? issued : 1;
      int size = Math.max(1, Math.min(wanted, JtiRange.MAX_SIZE));
      return new Range(token, size, ago == 0 ? issued : 0, queue);
    }

    /** Whether a token differs from those of the row by its id alone. */
    boolean fits(LedgerToken token) {
      return token.issuedAt() == row.issuedAt() && token.withJti(row.jti()).equals(row);
    }

    /** The next place; null if there is none, or if the row could not be written. */
    @Nullable Place take() {
      return taken == size || ticket.hasFailed() ? null : place();
    }

    private Place place() {
      String jti = size == 1 ? row.jti() : JtiRange.id(row.jti(), taken);
      taken++;
      return new Place(jti, ticket);
    }
  }
}

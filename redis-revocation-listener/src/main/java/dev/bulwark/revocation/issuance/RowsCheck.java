package dev.bulwark.revocation.issuance;

import java.sql.SQLException;
import java.time.Duration;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Asks whether the rows of all tokens that had left any node at a moment are in the ledger, over
 * several calls: a node whose database is slow needs longer for its rows than a round of the
 * background work may wait, and would never get to answer a question that is asked anew each time.
 * Not thread-safe.
 */
final class RowsCheck {

  private final WriteBehind own;
  private final Barrier others;
  private @Nullable Asked asked;

  RowsCheck(WriteBehind own, Barrier others) {
    this.own = own;
    this.others = others;
  }

  /**
   * Goes on with the question, or begins one.
   *
   * @param limit how long to wait for this node, and again for the others
   * @return the {@link System#nanoTime()} at which it began; empty if it is not answered yet
   */
  OptionalLong goOn(Duration limit) throws SQLException, InterruptedException {
    Asked question = asked;
    if (question == null || !others.isRaised(question.barrier)) {
      // In this order: what left before the moment is below the number and before the barrier.
      long moment = System.nanoTime();
      question = new Asked(moment, own.offered(), others.raise());
      asked = question;
    }
    if (!own.awaitWritten(question.offered, limit)
        || !others.isAcknowledged(question.barrier, limit)) {
      return OptionalLong.empty();
    }
    asked = null;
    return OptionalLong.of(question.moment);
  }

  private record Asked(long moment, long offered, long barrier) {}
}

package dev.bulwark.revocation.reconcile;

import dev.bulwark.revocation.ledger.SessionRange;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The pages that have failed in a search: one line tells of all. Not thread-safe. */
final class SearchFailures {

  private static final Logger LOG = Logger.getLogger(SearchFailures.class);

  private int pages;
  private @Nullable SessionRange range;
  private @Nullable Exception cause;

  void add(SessionRange of, Exception e) {
    if (pages == 0) {
      range = of;
      cause = e;
    }
    pages++;
  }

  void log() {
    SessionRange first = range;
    if (first != null) {
      LOG.warnf(
          cause,
          "Sessions that have ended could not be searched (pages: %d, the first of realm %s,"
              + " %s). They are searched again",
          pages,
          first.realmId(),
          first.cause());
    }
  }
}

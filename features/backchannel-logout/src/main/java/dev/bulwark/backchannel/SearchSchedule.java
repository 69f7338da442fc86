package dev.bulwark.backchannel;

import dev.bulwark.backchannel.delivery.Dispatcher;
import dev.bulwark.backchannel.search.ExpirySearch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Searches for expired sessions every few seconds, on a thread of its own. */
final class SearchSchedule implements AutoCloseable {

  private static final Logger LOG = Logger.getLogger(SearchSchedule.class);
  private static final long INTERVAL_SECONDS = 3;

  private final ExpirySearch search;
  private final Dispatcher dispatcher;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread created = new Thread(task, "bulwark-logout-search");
            created.setDaemon(true);
            return created;
          });

  SearchSchedule(ExpirySearch search, Dispatcher dispatcher) {
    this.search = search;
    this.dispatcher = dispatcher;
  }

  void start() {
    var unused =
        thread.scheduleWithFixedDelay(
            this::run, INTERVAL_SECONDS, INTERVAL_SECONDS, TimeUnit.SECONDS);
  }

  private void run() {
    try {
      if (search.run() > 0) {
        dispatcher.wake();
      }
    } catch (RuntimeException | Error e) {
      // An error too: the schedule would end without a word.
      LOG.warn(
          "Expired sessions could not be read, so their applications have no notice yet. The server"
              + " tries again. Check the database",
          e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}

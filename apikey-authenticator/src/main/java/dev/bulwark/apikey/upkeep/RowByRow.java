package dev.bulwark.apikey.upkeep;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/**
 * Works on the rows of a list one at a time, so that a row that fails stops no other. A list is
 * read in pages. A row leaves it by the work, unless the work fails. For one thread.
 */
public final class RowByRow {

  private static final Logger LOG = Logger.getLogger(RowByRow.class);

  private static final int PAGE = 50;

  /** A user store that is unreachable may take long to fail. */
  private static final int MAX_FAILURES = 50;

  private final String what;

  /** Rows at the head of the list that have failed; 0 once the end was reached. */
  private int passed;

  /**
   * Makes a worker.
   *
   * @param what the work, for the log: {@code The removal}
   */
  public RowByRow(String what) {
    this.what = what;
  }

  /** A list of rows, always in the same order. */
  @FunctionalInterface
  public interface Rows {

    /**
     * Reads a page.
     *
     * @param first rows to pass over, 0 or more
     * @param max most rows, 1 or more
     * @return the ids
     */
    List<String> ids(int first, int max);
  }

  /**
   * What a run did.
   *
   * @param done rows for which the work returned true
   * @param failed rows whose work failed
   */
  public record Result(int done, int failed) {}

  /**
   * Works on all rows, or on those up to the {@value #MAX_FAILURES}th failure and the rest of its
   * page. The next run begins behind the rows that have failed. Once the end of the list was
   * reached, it begins with them.
   *
   * @param work returns whether the row counts as done; may throw any runtime exception
   */
  public Result run(Rows rows, Predicate<String> work) {
    Set<String> seen = new HashSet<>();
    int done = 0;
    int failed = 0;
    List<String> page;
    do {
      page = rows.ids(passed, PAGE);
      for (String id : page) {
        if (!seen.add(id)) {
          // It is still in the list: the next round looks at it again.
          passed++;
          continue;
        }
        try {
          done += work.test(id) ? 1 : 0;
        } catch (RuntimeException e) {
          passed++;
          log(id, e, failed++ == 0);
        }
      }
    } while (page.size() == PAGE && failed < MAX_FAILURES);
    passed = page.size() == PAGE ? passed : 0;
    return new Result(done, failed);
  }

  /** One line a run: an unreachable user store may fail for many rows. */
  private void log(String id, RuntimeException failure, boolean first) {
    if (first) {
      LOG.warnf(
          "%s failed for API key %s and is repeated later: %s", what, id, failure.getMessage());
    }
    LOG.debugf(failure, "%s failed for API key %s", what, id);
  }
}

package dev.bulwark.contract;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Gives places in Token Status Lists in advance, for tokens whose ids are reserved in advance. The
 * factory of the realm resource {@link RevocationObserver#RESOURCE} implements it. Thread-safe.
 */
public interface StatusPlaces {

  /** Has no lists. */
  StatusPlaces NONE =
      new StatusPlaces() {
        @Override
        public Optional<Range> lease(
            Connection connection, String realmId, long windowEnd, int count) {
          return Optional.empty();
        }

        @Override
        public List<StatusReference> of(Connection connection, Range range) {
          return List.of();
        }
      };

  /**
   * Places of one list that nobody else uses.
   *
   * @param list id of the list
   * @param from number of the first, 0 or more
   * @param count how many, 1 or more
   */
  record Range(String list, int from, int count) {}

  /**
   * Leases places.
   *
   * @param connection each statement commits by itself
   * @param realmId internal id of the realm
   * @param windowEnd when the tokens of the list have expired, seconds since 1970
   * @param count how many at most; a list that is nearly full has fewer
   * @return empty if there are no lists
   */
  Optional<Range> lease(Connection connection, String realmId, long windowEnd, int count)
      throws SQLException;

  /**
   * Returns the places of a range, in their order. The same at each node, as long as the list
   * exists.
   *
   * @param connection each statement commits by itself
   * @return empty if the list does not exist any more, since all its tokens have expired
   */
  List<StatusReference> of(Connection connection, Range range) throws SQLException;
}

package dev.bulwark.contract;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;

/**
 * Learns from the token ledger what is revoked. The factory of the realm resource {@link #RESOURCE}
 * implements it. Thread-safe.
 */
public interface RevocationObserver {

  /** Id of the realm resource. */
  String RESOURCE = "token-status";

  /** Learns nothing. */
  RevocationObserver NONE =
      new RevocationObserver() {
        @Override
        public void revoking(Connection connection, Collection<String> jtis) {}

        @Override
        public void complete(Connection connection, long until, Map<String, Long> held) {}
      };

  /**
   * Notes tokens that are revoked. The ledger calls it before it writes the tokens down as revoked,
   * so a call that fails is repeated.
   *
   * @param connection each statement commits by itself
   * @param jtis ids of the tokens; some may have been noted before
   */
  void revoking(Connection connection, Collection<String> jtis) throws SQLException;

  /**
   * Notes that every token that ended before a time has been noted as revoked. In a realm that is
   * held, it is an earlier time.
   *
   * @param connection each statement commits by itself
   * @param until milliseconds since 1970
   * @param held the time of each realm that is held, by its id
   */
  void complete(Connection connection, long until, Map<String, Long> held) throws SQLException;
}

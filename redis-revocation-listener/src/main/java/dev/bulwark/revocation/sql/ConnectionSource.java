package dev.bulwark.revocation.sql;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * Gives connections of Keycloak's pool, in auto-commit mode. Must not be called on a thread with a
 * JTA transaction: the pool would enlist the connection in it.
 */
@FunctionalInterface
public interface ConnectionSource {

  /** A connection that the caller closes. */
  Connection open() throws SQLException;
}

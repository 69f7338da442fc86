package dev.bulwark.revocation.issuance;

import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Table BULWARK_NODE: the nodes, whether they write the ledger behind the response or before it.
 * Each beats there, says whether tokens of it may be without a row, and up to which barrier their
 * rows are there.
 *
 * <p>A barrier is a number that a node raises when it wants to know that the rows of all tokens
 * that have left any node are in the ledger. The row {@value #BARRIER} counts them.
 */
final class NodeTable {

  static final String NAME = "BULWARK_NODE";

  /** Of a block whose owner has no row; no node has it. */
  public static final long NO_BEAT = -1;

  private static final String BARRIER = "*";

  private final String table;
  private final String blocks;
  private final String insert;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public NodeTable(SqlDialect dialect, String schema) {
    this.table = schema + NAME;
    this.blocks = schema + BlockTable.NAME;
    this.insert =
        dialect.insertNew(
            table, List.of("NAME", "BEAT", "BUSY", "ACKNOWLEDGED"), List.of("NAME"), 1);
  }

  /** Enters a node, which is not busy. */
  public void register(Connection connection, String name) throws SQLException {
    insert(connection, BARRIER);
    insert(connection, name);
  }

  private void insert(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setString(1, name);
      statement.setLong(2, 0);
      statement.setInt(3, 0);
      statement.setLong(4, 0);
      statement.executeUpdate();
    }
  }

  /** Returns false if the node has no row (any more): it was taken for lost. */
  public boolean beat(Connection connection, String name) throws SQLException {
    return update(connection, "BEAT = BEAT + 1 WHERE NAME = ?", name) == 1;
  }

  /** Says that from now on tokens of the node may leave before their rows; false as in beat. */
  public boolean busy(Connection connection, String name) throws SQLException {
    return update(connection, "BUSY = 1 WHERE NAME = ?", name) == 1;
  }

  /** Says that every token that has left the node has its row. */
  public void idle(Connection connection, String name) throws SQLException {
    update(connection, "BUSY = 0 WHERE NAME = ?", name);
  }

  private int update(Connection connection, String what, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("UPDATE " + table + " SET " + what)) {
      statement.setString(1, name);
      return statement.executeUpdate();
    }
  }

  /** Returns the number of barriers so far. */
  public long barrier(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT BEAT FROM " + table + " WHERE NAME = ?")) {
      statement.setString(1, BARRIER);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() ? rows.getLong(1) : 0;
      }
    }
  }

  /** Raises a barrier, in the transaction of the connection; returns its number. */
  public long raise(Connection connection) throws SQLException {
    update(connection, "BEAT = BEAT + 1 WHERE NAME = ?", BARRIER);
    return barrier(connection);
  }

  /**
   * Says that whatever left the node before the barrier was raised has its row. To be called in a
   * transaction.
   *
   * @return false if the database does not know of the barrier: it has failed over, and another
   *     barrier will have this number
   */
  public boolean acknowledge(Connection connection, String name, long barrier) throws SQLException {
    if (barrier(connection) < barrier) {
      return false;
    }
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE " + table + " SET ACKNOWLEDGED = ? WHERE NAME = ? AND ACKNOWLEDGED < ?")) {
      statement.setLong(1, barrier);
      statement.setString(2, name);
      statement.setLong(3, barrier);
      statement.executeUpdate();
    }
    return true;
  }

  /** Returns the names of other nodes that have not acknowledged a barrier and may have to. */
  public List<String> awaited(Connection connection, String name, long barrier)
      throws SQLException {
    List<String> names = new ArrayList<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT NAME FROM "
                + table
                + " WHERE BUSY = 1 AND ACKNOWLEDGED < ? AND NAME <> ? AND NAME <> ?")) {
      statement.setLong(1, barrier);
      statement.setString(2, name);
      statement.setString(3, BARRIER);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          names.add(rows.getString(1));
        }
      }
    }
    return names;
  }

  /** Returns the nodes whose tokens may be without a row. */
  public Set<String> busy(Connection connection) throws SQLException {
    Set<String> names = new HashSet<>();
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT NAME FROM " + table + " WHERE BUSY = 1");
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        names.add(rows.getString(1));
      }
    }
    return names;
  }

  /** Returns the beats of all nodes; {@link #NO_BEAT} for the owner of a block without a row. */
  public Map<String, Long> beats(Connection connection) throws SQLException {
    Map<String, Long> beats = new HashMap<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT OWNER, " + NO_BEAT + " FROM " + blocks + " GROUP BY OWNER")) {
      read(statement, beats);
    }
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT NAME, BEAT FROM " + table + " WHERE NAME <> ?")) {
      statement.setString(1, BARRIER);
      read(statement, beats);
    }
    return beats;
  }

  private static void read(PreparedStatement statement, Map<String, Long> beats)
      throws SQLException {
    try (ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        beats.put(rows.getString(1), rows.getLong(2));
      }
    }
  }

  /** Takes a node out if its beat is still the one; returns whether it was. */
  public boolean remove(Connection connection, String name, long beat) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM " + table + " WHERE NAME = ? AND BEAT = ?")) {
      statement.setString(1, name);
      statement.setLong(2, beat);
      return statement.executeUpdate() == 1;
    }
  }

  /** Takes a node out that has ended. */
  public void remove(Connection connection, String name) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM " + table + " WHERE NAME = ?")) {
      statement.setString(1, name);
      statement.executeUpdate();
    }
  }
}

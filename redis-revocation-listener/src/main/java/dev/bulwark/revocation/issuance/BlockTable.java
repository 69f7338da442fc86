package dev.bulwark.revocation.issuance;

import dev.bulwark.contract.StatusPlaces.Range;
import dev.bulwark.revocation.sql.SqlDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Table BULWARK_BLOCK: the ids that nodes have reserved. A token of such an id either has its row
 * in the ledger, or its block is here.
 */
final class BlockTable {

  static final String NAME = "BULWARK_BLOCK";

  private static final List<String> COLUMNS =
      List.of(
          "ID", "OWNER", "PREFIX", "SECRET", "IDS", "EXPIRES_AT", "STATUS_LIST_ID", "LIST_FROM");

  private final String table;
  private final String insert;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  public BlockTable(SqlDialect dialect, String schema) {
    this.table = schema + NAME;
    this.insert = dialect.insertNew(table, COLUMNS, List.of("ID"), 1);
  }

  /** Reserves ids: from the commit on they may be used. */
  public void insert(Connection connection, Reservation reservation) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      statement.setString(1, reservation.id());
      statement.setString(2, reservation.owner());
      statement.setString(3, reservation.prefix());
      statement.setString(4, reservation.secret());
      statement.setInt(5, reservation.size());
      statement.setLong(6, reservation.maxExpiresAt());
      Range places = reservation.places();
      if (places == null) {
        statement.setNull(7, Types.VARCHAR);
        statement.setNull(8, Types.INTEGER);
      } else {
        statement.setString(7, places.list());
        statement.setInt(8, places.from());
      }
      statement.executeUpdate();
    }
  }

  /** Returns the blocks of a node. */
  public List<Reservation> of(Connection connection, String owner) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT " + String.join(", ", COLUMNS) + " FROM " + table + " WHERE OWNER = ?")) {
      statement.setString(1, owner);
      List<Reservation> reservations = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reservations.add(
              new Reservation(
                  rows.getString("ID"),
                  rows.getString("OWNER"),
                  rows.getString("PREFIX"),
                  rows.getString("SECRET"),
                  rows.getInt("IDS"),
                  rows.getLong("EXPIRES_AT"),
                  places(rows)));
        }
      }
      return reservations;
    }
  }

  private static @Nullable Range places(ResultSet row) throws SQLException {
    String list = row.getString("STATUS_LIST_ID");
    return list == null ? null : new Range(list, row.getInt("LIST_FROM"), row.getInt("IDS"));
  }

  /** Deletes blocks that have no use any more. */
  public void delete(Connection connection, Collection<Reservation> reservations)
      throws SQLException {
    if (reservations.isEmpty()) {
      return;
    }
    try (PreparedStatement statement =
        connection.prepareStatement("DELETE FROM " + table + " WHERE ID = ?")) {
      for (Reservation reservation : reservations) {
        statement.setString(1, reservation.id());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }
}

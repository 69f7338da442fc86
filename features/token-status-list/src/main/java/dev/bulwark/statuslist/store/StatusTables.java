package dev.bulwark.statuslist.store;

import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the lists: BULWARK_STATUS_LIST has the lists and how many of their indexes are
 * given out, BULWARK_STATUS_BIT the indexes of revoked tokens, BULWARK_STATUS_COMPLETE until when
 * these are complete. Rows of bits are only ever added while their list lives. So a list whose
 * number of rows has not changed has not changed. Thread-safe.
 */
public final class StatusTables {

  private static final int CHUNK_SIZE = 500;

  /** Of tries to get indexes while other nodes do the same. */
  private static final int MAX_TRIES = 20;

  private static final SecureRandom RANDOM = new SecureRandom();

  private final String lists;
  private final String bits;
  private final String complete;

  /**
   * In a schema.
   *
   * @param schema empty for the default schema
   */
  public StatusTables(String schema) {
    String prefix = schema.isEmpty() ? "" : schema + '.';
    this.lists = prefix + "BULWARK_STATUS_LIST";
    this.bits = prefix + "BULWARK_STATUS_BIT";
    this.complete = prefix + "BULWARK_STATUS_COMPLETE";
  }

  /**
   * Positions of a list that no other node uses.
   *
   * @param from the first
   * @param to after the last
   */
  record Lease(StatusList list, int from, int to) {}

  /**
   * Leases positions of a list for tokens of a realm. Makes a list where none has free positions.
   *
   * @param end when the tokens of the list have expired, seconds since 1970
   */
  Lease lease(Connection connection, String realmId, long end, int count) throws SQLException {
    for (int i = 0; i < MAX_TRIES; i++) {
      Row last = last(connection, realmId, end);
      if (last == null || last.leased >= IndexOrder.TOKENS) {
        insert(connection, realmId, end, last == null ? 0 : last.part + 1);
        continue;
      }
      int to = Math.min(IndexOrder.TOKENS, last.leased + count);
      if (advance(connection, last, to)) {
        return new Lease(last.list, last.leased, to);
      }
    }
    throw new SQLException("No indexes could be leased: other nodes were faster each time");
  }

  private record Row(StatusList list, int part, int leased) {}

  private @Nullable Row last(Connection connection, String realmId, long end) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT ID, SECRET, PART, LEASED FROM "
                + lists
                + " WHERE REALM_ID = ? AND WINDOW_END = ? ORDER BY PART DESC")) {
      statement.setString(1, realmId);
      statement.setLong(2, end);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next()
            ? new Row(
                new StatusList(rows.getString(1), realmId, end, rows.getString(2)),
                rows.getInt(3),
                rows.getInt(4))
            : null;
      }
    }
  }

  /** Of nodes that do it at the same time one succeeds, by the unique key. */
  private void insert(Connection connection, String realmId, long end, int part)
      throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO "
                + lists
                + " (ID, REALM_ID, WINDOW_END, PART, SECRET, LEASED) VALUES (?, ?, ?, ?, ?, 0)")) {
      statement.setString(1, Base64.getUrlEncoder().encodeToString(random(12)));
      statement.setString(2, realmId);
      statement.setLong(3, end);
      statement.setInt(4, part);
      statement.setString(5, HexFormat.of().formatHex(random(16)));
      statement.executeUpdate();
    } catch (SQLException e) {
      Row now = last(connection, realmId, end);
      if (now == null || now.part < part) {
        throw e;
      }
    }
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    RANDOM.nextBytes(bytes);
    return bytes;
  }

  private boolean advance(Connection connection, Row row, int to) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE " + lists + " SET LEASED = ? WHERE ID = ? AND LEASED = ?")) {
      statement.setInt(1, to);
      statement.setString(2, row.list.id());
      statement.setInt(3, row.leased);
      return statement.executeUpdate() == 1;
    }
  }

  /**
   * Returns the lists whose tokens can be alive.
   *
   * @param now seconds since 1970
   */
  List<StatusList> live(Connection connection, long now) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT ID, REALM_ID, WINDOW_END, SECRET FROM " + lists + " WHERE WINDOW_END > ?")) {
      statement.setLong(1, now);
      List<StatusList> live = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          live.add(
              new StatusList(
                  rows.getString(1), rows.getString(2), rows.getLong(3), rows.getString(4)));
        }
      }
      return live;
    }
  }

  /**
   * Deletes lists whose tokens have expired, and their bits.
   *
   * @param before seconds since 1970
   */
  void deleteRetired(Connection connection, long before) throws SQLException {
    for (String table : List.of(bits, lists)) {
      String column = table.equals(bits) ? "LIST_ID" : "ID";
      try (PreparedStatement statement =
          connection.prepareStatement(
              "DELETE FROM "
                  + table
                  + " WHERE "
                  + column
                  + " IN (SELECT ID FROM (SELECT ID FROM "
                  + lists
                  + " WHERE WINDOW_END < ?) retired)")) {
        statement.setLong(1, before);
        statement.executeUpdate();
      }
    }
  }

  /**
   * Notes revoked tokens. A token may be noted twice.
   *
   * @throws SQLException if the rows cannot be written
   */
  public void insertBits(Connection connection, List<StatusReference> references)
      throws SQLException {
    for (int from = 0; from < references.size(); from += CHUNK_SIZE) {
      List<StatusReference> chunk =
          references.subList(from, Math.min(references.size(), from + CHUNK_SIZE));
      try (PreparedStatement statement =
          connection.prepareStatement(
              "INSERT INTO "
                  + bits
                  + " (LIST_ID, IDX) VALUES "
                  + String.join(", ", Collections.nCopies(chunk.size(), "(?, ?)")))) {
        int parameter = 1;
        for (StatusReference reference : chunk) {
          statement.setString(parameter++, reference.list());
          statement.setInt(parameter++, reference.index());
        }
        statement.executeUpdate();
      }
    }
  }

  /** Returns the number of rows of each list that has any. */
  Map<String, Integer> rows(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement(
                "SELECT LIST_ID, COUNT(*) FROM " + bits + " GROUP BY LIST_ID");
        ResultSet rows = statement.executeQuery()) {
      Map<String, Integer> counts = new HashMap<>();
      while (rows.next()) {
        counts.put(rows.getString(1), rows.getInt(2));
      }
      return counts;
    }
  }

  /**
   * Reads the bits of a list.
   *
   * @param number of the read; a later one has a greater number
   */
  RevokedBits read(Connection connection, StatusList list, long number) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT IDX FROM " + bits + " WHERE LIST_ID = ?")) {
      statement.setString(1, list.id());
      statement.setFetchSize(10_000);
      IntStream.Builder indexes = IntStream.builder();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          indexes.add(rows.getInt(1));
        }
      }
      // The database has no order: the same rows are to be the same bits.
      return new RevokedBits(list, indexes.build().sorted().toArray(), number);
    }
  }

  /** Returns until when the bits are complete, milliseconds since 1970. */
  long completeUntil(Connection connection) throws SQLException {
    try (PreparedStatement statement =
            connection.prepareStatement("SELECT MAX(COMPLETE_UNTIL) FROM " + complete);
        ResultSet rows = statement.executeQuery()) {
      rows.next();
      return rows.getLong(1);
    }
  }

  /**
   * Notes until when the bits are complete; an earlier time than the last is not noted.
   *
   * @param until milliseconds since 1970
   * @throws SQLException if the row cannot be written
   */
  public void completeUntil(Connection connection, long until) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "UPDATE " + complete + " SET COMPLETE_UNTIL = ? WHERE COMPLETE_UNTIL < ?")) {
      statement.setLong(1, until);
      statement.setLong(2, until);
      statement.executeUpdate();
    }
  }
}

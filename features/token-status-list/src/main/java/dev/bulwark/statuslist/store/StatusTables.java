package dev.bulwark.statuslist.store;

import dev.bulwark.sql.Sql;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The tables of the lists: BULWARK_STATUS_LIST has the lists and how many of their indexes are
 * given out, BULWARK_STATUS_BIT the indexes of revoked tokens, BULWARK_STATUS_COMPLETE until when
 * these are complete, in all realms and in those that are held. Rows of bits are only ever added
 * while their list lives. So a list whose number of rows has not changed has not changed.
 * Thread-safe.
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
    return Sql.first(
            connection,
            """
            SELECT ID, SECRET, PART, LEASED FROM %s
            WHERE REALM_ID = ? AND WINDOW_END = ? ORDER BY PART DESC
            """
                .formatted(lists),
            parameters -> parameters.text(realmId).number(end),
            row ->
                new Row(
                    new StatusList(row.getString(1), realmId, end, row.getString(2)),
                    row.getInt(3),
                    row.getInt(4)))
        .orElse(null);
  }

  /** Of nodes that do it at the same time one succeeds, by the unique key. */
  private void insert(Connection connection, String realmId, long end, int part)
      throws SQLException {
    try {
      Sql.update(
          connection,
          """
          INSERT INTO %s (ID, REALM_ID, WINDOW_END, PART, SECRET, LEASED)
          VALUES (?, ?, ?, ?, ?, 0)
          """
              .formatted(lists),
          parameters ->
              parameters
                  .text(Base64.getUrlEncoder().encodeToString(random(12)))
                  .text(realmId)
                  .number(end)
                  .number(part)
                  .text(HexFormat.of().formatHex(random(16))));
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
    return Sql.update(
            connection,
            "UPDATE %s SET LEASED = ? WHERE ID = ? AND LEASED = ?".formatted(lists),
            parameters -> parameters.number(to).text(row.list.id()).number(row.leased))
        == 1;
  }

  /**
   * Returns the lists whose tokens can be alive.
   *
   * @param now seconds since 1970
   */
  List<StatusList> live(Connection connection, long now) throws SQLException {
    return Sql.query(
        connection,
        "SELECT ID, REALM_ID, WINDOW_END, SECRET FROM %s WHERE WINDOW_END > ?".formatted(lists),
        parameters -> parameters.number(now),
        row ->
            new StatusList(row.getString(1), row.getString(2), row.getLong(3), row.getString(4)));
  }

  /**
   * Deletes lists whose tokens have expired, and their bits.
   *
   * @param before seconds since 1970
   */
  void deleteRetired(Connection connection, long before) throws SQLException {
    for (String table : List.of(bits, lists)) {
      String column = table.equals(bits) ? "LIST_ID" : "ID";
      Sql.update(
          connection,
          """
          DELETE FROM %s WHERE %s IN
          (SELECT ID FROM (SELECT ID FROM %s WHERE WINDOW_END < ?) retired)
          """
              .formatted(table, column, lists),
          parameters -> parameters.number(before));
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
      String values = String.join(", ", Collections.nCopies(chunk.size(), "(?, ?)"));
      Sql.update(
          connection,
          "INSERT INTO %s (LIST_ID, IDX) VALUES %s".formatted(bits, values),
          parameters -> {
            for (StatusReference reference : chunk) {
              parameters.text(reference.list()).number(reference.index());
            }
          });
    }
  }

  /** Returns the number of rows of each list that has any. */
  Map<String, Integer> rows(Connection connection) throws SQLException {
    return Sql.query(
            connection,
            "SELECT LIST_ID, COUNT(*) FROM %s GROUP BY LIST_ID".formatted(bits),
            Sql.Binder.NONE,
            row -> Map.entry(row.getString(1), row.getInt(2)))
        .stream()
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  /**
   * Reads the bits of a list.
   *
   * @param number of the read; a later one has a greater number
   */
  RevokedBits read(Connection connection, StatusList list, long number) throws SQLException {
    List<Integer> indexes =
        Sql.query(
            connection,
            "SELECT IDX FROM %s WHERE LIST_ID = ?".formatted(bits),
            parameters -> parameters.text(list.id()),
            row -> row.getInt(1));
    // The database has no order: the same rows are to be the same bits.
    return new RevokedBits(
        list, indexes.stream().mapToInt(Integer::intValue).sorted().toArray(), number);
  }

  /** Returns until when the bits are complete. */
  CompleteUntil completeUntil(Connection connection) throws SQLException {
    return new CompleteUntil(
        Sql.query(
                connection,
                "SELECT REALM_ID, COMPLETE_UNTIL FROM %s".formatted(complete),
                Sql.Binder.NONE,
                row -> Map.entry(row.getString(1), row.getLong(2)))
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
  }

  /**
   * Notes until when the bits are complete, all of it or nothing. A time that is not later than the
   * last is not noted, nor what is held then: it comes from a node that no longer does the work.
   *
   * @param connection in auto-commit mode
   * @param until milliseconds since 1970
   * @param held the time of each realm that is held, by its id
   * @throws SQLException if a row cannot be written
   */
  public void completeUntil(Connection connection, long until, Map<String, Long> held)
      throws SQLException {
    connection.setAutoCommit(false);
    try {
      if (advance(connection, until)) {
        hold(connection, held);
      }
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
  }

  private boolean advance(Connection connection, long until) throws SQLException {
    int rows =
        Sql.update(
            connection,
            "UPDATE %s SET COMPLETE_UNTIL = ? WHERE REALM_ID = ? AND COMPLETE_UNTIL < ?"
                .formatted(complete),
            parameters -> parameters.number(until).text(CompleteUntil.ALL).number(until));
    return rows > 0;
  }

  private void hold(Connection connection, Map<String, Long> held) throws SQLException {
    Sql.update(
        connection,
        "DELETE FROM %s WHERE REALM_ID <> ?".formatted(complete),
        parameters -> parameters.text(CompleteUntil.ALL));
    Sql.batch(
        connection,
        "INSERT INTO %s (REALM_ID, COMPLETE_UNTIL) VALUES (?, ?)".formatted(complete),
        held.entrySet(),
        (parameters, realm) -> parameters.text(realm.getKey()).number(realm.getValue()));
  }
}

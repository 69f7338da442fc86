package dev.bulwark.revocation.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which of many ids a table has.
 *
 * @param table with its schema
 * @param column with the ids, which has an index
 */
public record IdLookup(String table, String column) {

  private static final int CHUNK = 500;

  /** Those of the ids that are in the table; some hundred are asked for at a time. */
  public Set<String> among(Connection connection, Collection<String> ids) throws SQLException {
    Set<String> found = new HashSet<>();
    for (List<String> chunk : Chunks.of(ids, CHUNK)) {
      try (PreparedStatement statement =
          connection.prepareStatement(
              "SELECT "
                  + column
                  + " FROM "
                  + table
                  + " WHERE "
                  + column
                  + " IN ("
                  + SqlDialect.parameters(chunk.size())
                  + ")")) {
        int parameter = 1;
        for (String id : chunk) {
          statement.setString(parameter++, id);
        }
        try (ResultSet rows = statement.executeQuery()) {
          while (rows.next()) {
            found.add(rows.getString(1));
          }
        }
      }
    }
    return found;
  }
}

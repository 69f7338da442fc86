package dev.bulwark.revocation.sql;

import dev.bulwark.sql.Sql;
import java.sql.Connection;
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
      found.addAll(
          Sql.query(
              connection,
              "SELECT "
                  + column
                  + " FROM "
                  + table
                  + " WHERE "
                  + column
                  + " IN ("
                  + SqlDialect.parameters(chunk.size())
                  + ")",
              parameters -> parameters.texts(chunk),
              row -> row.getString(1)));
    }
    return found;
  }
}

package dev.bulwark.password.migrate.row;

import java.util.Set;

/** Reads one line of the input. Implementations are not thread-safe. */
public interface RowReader {

  /**
   * Reads a user.
   *
   * @throws RejectedRowException if the line is not well-formed
   */
  UserRow read(String line) throws RejectedRowException;

  /**
   * The reader for a file whose first line this is: JSON lines begin with a brace, anything else is
   * the header of a CSV file.
   *
   * @param ignored columns or fields to pass over
   * @throws MigrationException if a CSV header lacks a required column or has an unknown one
   */
  static RowReader of(String firstLine, Set<String> ignored) throws MigrationException {
    return firstLine.stripLeading().startsWith("{")
        ? new JsonRowReader(ignored)
        : new CsvRowReader(firstLine, ignored);
  }
}

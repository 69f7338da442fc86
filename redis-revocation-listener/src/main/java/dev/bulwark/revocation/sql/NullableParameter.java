package dev.bulwark.revocation.sql;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;

/** Parameters that may be null: the database has to be told of which type they are. */
public final class NullableParameter {

  private NullableParameter() {}

  /** Sets a text. */
  public static void set(PreparedStatement statement, int parameter, @Nullable String value)
      throws SQLException {
    if (value == null) {
      statement.setNull(parameter, Types.VARCHAR);
    } else {
      statement.setString(parameter, value);
    }
  }

  /** Sets a number. */
  public static void set(PreparedStatement statement, int parameter, @Nullable Long value)
      throws SQLException {
    if (value == null) {
      statement.setNull(parameter, Types.BIGINT);
    } else {
      statement.setLong(parameter, value);
    }
  }
}

package dev.bulwark.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SqlTest {

  private Connection connection;

  @BeforeEach
  void open() throws SQLException {
    connection = DriverManager.getConnection("jdbc:h2:mem:");
    Sql.update(
        connection, "CREATE TABLE T (NAME VARCHAR(9), SIZE INT, AT BIGINT)", Sql.Binder.NONE);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  private void insert(String name, int size, long at) throws SQLException {
    Sql.update(
        connection,
        "INSERT INTO T VALUES (?, ?, ?)",
        parameters -> parameters.text(name).number(size).number(at));
  }

  @Test
  void parametersAreBoundInTheirOrderAndEachRowIsAValue() throws SQLException {
    insert("b", 2, Long.MAX_VALUE);
    insert("a", 1, 0);
    List<Map.Entry<String, Long>> rows =
        Sql.query(
            connection,
            "SELECT NAME, AT FROM T WHERE SIZE > ? ORDER BY NAME",
            parameters -> parameters.number(0),
            row -> Map.entry(row.getString(1), row.getLong(2)));
    assertThat(rows).containsExactly(Map.entry("a", 0L), Map.entry("b", Long.MAX_VALUE));
  }

  @Test
  void theFirstRowOrNone() throws SQLException {
    String sql = "SELECT NAME FROM T WHERE SIZE >= ? ORDER BY SIZE";
    insert("a", 1, 0);
    insert("b", 2, 0);
    assertThat(Sql.first(connection, sql, p -> p.number(1), row -> row.getString(1))).contains("a");
    assertThat(Sql.first(connection, sql, p -> p.number(3), row -> row.getString(1))).isEmpty();
  }

  @Test
  void anUpdateReturnsHowManyRowsItHasChanged() throws SQLException {
    insert("a", 1, 0);
    insert("b", 1, 0);
    assertThat(Sql.update(connection, "UPDATE T SET SIZE = 2 WHERE SIZE = ?", p -> p.number(1)))
        .isEqualTo(2);
  }

  @Test
  void aBatchChangesARowForEachValueAndNullIsNull() throws SQLException {
    Sql.batch(
        connection,
        "INSERT INTO T VALUES (?, ?, ?)",
        List.of("a", "b"),
        (parameters, name) -> parameters.text(name).number((Long) null).number(7));
    Sql.update(connection, "UPDATE T SET NAME = ?, SIZE = 1", p -> p.text(null));
    assertThat(
            Sql.exists(
                connection,
                "SELECT 1 FROM T WHERE NAME IS NULL AND SIZE = 1 HAVING COUNT(*) = 2",
                Sql.Binder.NONE))
        .isTrue();
    assertThat(
            Sql.exists(
                connection,
                "SELECT 1 FROM T WHERE NAME IN (?, ?)",
                p -> p.timeout(1).texts(List.of("a", "b"))))
        .isFalse();
  }

  @Test
  void aBinderThatFailsLeavesNoStatementOpen() {
    assertThatThrownBy(
            () ->
                Sql.update(connection, "DELETE FROM T WHERE SIZE = ?", p -> p.number(1).number(2)))
        .isInstanceOf(SQLException.class);
  }
}

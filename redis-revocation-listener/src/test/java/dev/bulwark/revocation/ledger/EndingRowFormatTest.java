package dev.bulwark.revocation.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.Endings;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.SessionType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * R1: the rows of BULWARK_REVOCATION_SCOPE. Nodes of different versions write and read them during
 * a rolling upgrade, so their form must not change.
 */
class EndingRowFormatTest {

  private static final String ALL = ",ft,nt,of,on,tr,un";
  private static final String COLUMNS =
      "KIND, REALM_ID, USER_ID, CLIENT_ID, SESSION_ID, API_KEY_ID, JTI, EXPIRES_AT, KILLS,"
          + " ISSUED_BEFORE, VERIFIES, CAUSE, CREATED_AT, MEMBERS_OF";
  private static final Endings ENDINGS = new Endings("T", 7);

  private TestDatabase database;
  private Connection connection;
  private LedgerDatabase ledger;

  @BeforeEach
  void open() throws Exception {
    database = new TestDatabase();
    connection = database.open();
    ledger = database.ledger();
  }

  @AfterEach
  void close() throws Exception {
    connection.close();
    database.close();
  }

  static Stream<Arguments> rows() {
    return Stream.of(
        arguments(ENDINGS.token("r", "j", 9), row("TOKEN r - - - - j 9 , 0 , T 7 -")),
        arguments(ENDINGS.token(null, "j", 9), row("TOKEN - - - - - j 9 , 0 , T 7 -")),
        arguments(ENDINGS.session("r", "s"), row("SESSION r - - s - - 0 , 0 ALL T 7 -")),
        arguments(ENDINGS.user("r", "u"), row("USER r u - - - - 0 ALL 0 ALL T 7 -")),
        arguments(ENDINGS.user("r", "u", 5), row("USER r u - - - - 0 ALL 5 ALL T 7 -")),
        arguments(ENDINGS.client("r", "c"), row("CLIENT r - c - - - 0 , 0 ALL T 7 -")),
        arguments(ENDINGS.clientNotBefore("r", "c", 5), row("CLIENT r - c - - - 0 ALL 5 , T 7 -")),
        arguments(ENDINGS.realm("r"), row("REALM r - - - - - 0 ALL 0 ALL T 7 -")),
        arguments(ENDINGS.realm("r", 5), row("REALM r - - - - - 0 ALL 5 ALL T 7 -")),
        arguments(ENDINGS.realmNotBefore("r", 5), row("REALM r - - - - - 0 ALL 5 , T 7 -")),
        arguments(
            ENDINGS.verifyRealm("r", SessionType.ALL), row("REALM r - - - - - 0 , 0 ALL T 7 -")),
        arguments(
            ENDINGS.verifyRealm("r", SessionType.OFFLINE_ACCESS_TYPES),
            row("REALM r - - - - - 0 , 0 ,of,un T 7 -")),
        arguments(
            ENDINGS.verifyMembers("r", new Members(Members.Kind.ORGANIZATION, "o")),
            row("REALM r - - - - - 0 , 0 ALL T 7 ORGANIZATION:o")),
        arguments(
            ENDINGS.verifyMembers("r", new Members(Members.Kind.USER_STORE, "s".repeat(250))),
            row("REALM r - - - - - 0 , 0 ALL T 7 -")),
        arguments(ENDINGS.apiKey("r", "k"), row("API_KEY r - - - k - 0 , 0 ALL T 7 -")),
        arguments(ENDINGS.apiKey(null, "k"), row("API_KEY - - - - k - 0 , 0 ALL T 7 -")),
        arguments(
            ENDINGS.apiKeyEnding("r", "k", 8_001), row("API_KEY r - - - k - 9 , 0 ALL T 7 -")));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void anEndingHasThisRow(Ending ending, String row) throws Exception {
    ledger.endings().insert(connection, List.of(ending));
    assertThat(written()).containsExactly(row);
  }

  /** Whatever a row says is kept when it is read and written again. */
  @ParameterizedTest
  @MethodSource("rows")
  void aRowIsReadAsItWasWritten(Ending ending, String row) throws Exception {
    write(row);
    List<Ending> read = ledger.endings().all(connection);
    ledger.endings().delete(connection, read);
    assertThat(written()).isEmpty();
    ledger.endings().insert(connection, read);
    assertThat(written()).containsExactly(row);
  }

  @Test
  void aKindOfMembersThatALaterVersionHasStandsForTheWholeRealm() throws Exception {
    write(row("REALM r - - - - - 0 , 0 ALL T 7 SOMETHING:new"));
    Ending ending = ledger.endings().all(connection).get(0);
    assertThat(ending.requiresVerification()).isTrue();
    assertThat(ending.judge(token(SessionType.ONLINE, "c", 1)).name()).isEqualTo("VERIFY");
  }

  /** The others are read: a node of another version can have written it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "DEVICE r - - - - - 0 , 0 ALL T 7 -",
        "SESSION r - - - - - 0 , 0 ALL T 7 -",
        "SESSION - - - s - - 0 , 0 ALL T 7 -",
        "USER r - - - - - 0 , 0 ALL T 7 -",
        "CLIENT r - - - - - 0 , 0 ALL T 7 -",
        "REALM - - - - - - 0 , 0 ALL T 7 -",
        "API_KEY r - - - - - 0 , 0 ALL T 7 -",
        "TOKEN r - - - - - 9 , 0 , T 7 -",
        "TOKEN r - - - - j 0 , 0 , T 7 -"
      })
  void aRowThatIsNotUnderstoodIsLeftOut(String row) throws Exception {
    write(row(row));
    Ending other = ENDINGS.session("r", "s");
    ledger.endings().insert(connection, List.of(other));
    assertThat(ledger.endings().all(connection)).containsExactly(other);
    assertThat(ledger.endings().of(connection, List.of("id", other.id()))).containsExactly(other);
    assertThat(ledger.endings().ids(connection)).containsExactlyInAnyOrder("id", other.id());
  }

  private static LedgerToken token(SessionType type, String client, long issuedAt) {
    return new LedgerToken(
        type.code() + "rtxx:1", type, "r", "u", client, "s", "k", issuedAt, 9_000);
  }

  private static String row(String text) {
    return text.replace("ALL", ALL);
  }

  private void write(String row) throws SQLException {
    String[] values = row.split(" ", -1);
    try (PreparedStatement insert =
        connection.prepareStatement(
            "INSERT INTO BULWARK_REVOCATION_SCOPE (ID, "
                + COLUMNS
                + ") VALUES ('id', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
      for (int i = 0; i < values.length; i++) {
        insert.setString(i + 1, values[i].equals("-") ? null : values[i]);
      }
      insert.executeUpdate();
    }
  }

  private List<String> written() throws SQLException {
    List<String> written = new ArrayList<>();
    try (PreparedStatement select =
            connection.prepareStatement("SELECT " + COLUMNS + " FROM BULWARK_REVOCATION_SCOPE");
        ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        List<String> values = new ArrayList<>();
        for (int i = 1; i <= 14; i++) {
          String value = rows.getString(i);
          values.add(value == null ? "-" : value);
        }
        written.add(String.join(" ", values));
      }
    }
    return written;
  }
}

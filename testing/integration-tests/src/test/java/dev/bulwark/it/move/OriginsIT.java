package dev.bulwark.it.move;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.database.DatabaseProcess;
import dev.bulwark.it.database.MariaDbProcess;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.password.OldHash;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P4, P5: the export statements of docs/migration-origins.md, on tables as each framework makes
 * them, and what {@code bulwark-migrate} says of the result.
 */
class OriginsIT {

  @TempDir Path folder;

  @Test
  void theStatementsForPostgresql() throws IOException {
    try (PostgresProcess database = PostgresProcess.start()) {
      assertThat(
              convert(
                  database,
                  "Django",
                  "Django",
                  "--allow-no-password",
                  "--role=superuser=admin",
                  "--role=editors="))
          .contains("2 rows: 2 converted", "roles: admin 1", "names: 1 first and last name, 0 one")
          .contains("disabled: 1", "no password: 1");
      assertThat(convert(database, "Flask-Security", "passlib", "--password-form", "NFKD"))
          .contains("3 rows: 3 converted", "roles: admin 1", "disabled: 2")
          .contains("1 verified by the input, 0 verified by default")
          .contains("2 not verified");
      database.sql("DROP TABLE IF EXISTS users, authorities");
      assertThat(convert(database, "Spring Security", "Spring Security", "--role=user="))
          .contains("2 rows: 2 converted", "roles: admin 1", "without an e-mail address: 1");
      assertThat(
              convert(
                  database,
                  "ASP.NET Core Identity",
                  "ASP.NET Core Identity",
                  "--role=Administrators=admin"))
          .contains("4 rows: 4 converted", "roles: admin 1")
          .as("a lockout after wrong passwords is over soon")
          .contains("disabled: 1")
          .contains("accounts at identity providers: google 1")
          .contains("with TOTP: 1", "recovery codes: 2 of 1 users");
    }
  }

  @Test
  void theStatementsForMariaDb() throws IOException {
    try (MariaDbProcess database = MariaDbProcess.start()) {
      assertThat(
              convert(
                  database,
                  "WordPress",
                  "WordPress",
                  "--role=administrator=admin",
                  "--password-form=WORDPRESS"))
          .contains("2 rows: 2 converted", "roles: admin 1", "wordpress-bcrypt: 2")
          .contains("names: 1 first and last name, 1 one name");
      assertThat(rows("wordpress")).as("stored as HTML").contains("\"R&D\"");
      assertThat(convert(database, "phpBB", "passlib", "--password-form=PHPBB"))
          .contains("8 rows: 8 converted")
          .as("inactive, banned by name, banned by address")
          .contains("disabled: 3");
      assertThat(rows("phpbb").lines().filter(row -> row.contains("\"false\"")))
          .satisfiesExactly(
              row -> assertThat(row).contains("\"bob\""),
              row -> assertThat(row).contains("\"banned\""),
              row -> assertThat(row).contains("\"banned-by-address\""));
      assertThat(rows("phpbb")).as("stored as HTML").contains("\"R&D &lt;\"");
    }
  }

  private String rows(String origin) throws IOException {
    return Files.readString(folder.resolve(origin + ".jsonl"));
  }

  /**
   * Makes the tables, runs the statement, and converts what it says.
   *
   * @param library whose hashes are in the tables
   * @return the report
   */
  private String convert(DatabaseProcess database, String origin, String library, String... options)
      throws IOException {
    String name = origin.toLowerCase(Locale.ROOT).replace(' ', '-').replace(".", "");
    String hash =
        OldHash.oneOfEachForm().stream()
            .filter(old -> old.library().startsWith(library))
            .filter(old -> !old.algorithm().equals("message-digest"))
            .findFirst()
            .orElseThrow()
            .hash();
    database.sql(resource(name + ".sql").replace("HASH", hash));
    String rows = database.sql(Guide.of("migration-origins").blocks(origin, "sql").get(0));
    Path file = folder.resolve(name + ".jsonl");
    Files.writeString(file, rows + "\n");
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "--in",
                file.toString(),
                "--dry-run",
                "--realm-from",
                Path.of("..", "..", "realm-config", "app-realm.json").toString()));
    arguments.addAll(List.of(options));
    return Commands.migrate(arguments.toArray(String[]::new)).expect(0).output();
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Objects.requireNonNull(OriginsIT.class.getResourceAsStream(name), name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}

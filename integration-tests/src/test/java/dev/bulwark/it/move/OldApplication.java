package dev.bulwark.it.move;

import dev.bulwark.it.database.PostgresProcess;
import java.util.List;

/**
 * What an application that did its own authentication leaves behind: a PostgreSQL database with its
 * users and their API keys. (Its Redis is a database of the test's.)
 */
final class OldApplication implements AutoCloseable {

  private final PostgresProcess database;

  private OldApplication(PostgresProcess database) {
    this.database = database;
  }

  /** Makes the tables; skips the test where there is no PostgreSQL. */
  static OldApplication start(List<OldUser> users) {
    OldApplication application = new OldApplication(PostgresProcess.start());
    application.sql(
        """
        CREATE TABLE users (
          id serial PRIMARY KEY, username text NOT NULL, email text, email_verified boolean NOT NULL,
          first_name text, last_name text, is_active boolean NOT NULL, is_admin boolean NOT NULL,
          password_hash text NOT NULL, totp_secret text);
        CREATE TABLE api_keys (
          id serial PRIMARY KEY, user_id integer REFERENCES users, name text, key_hash text NOT NULL,
          scopes text[], is_active boolean NOT NULL, expires_at timestamptz);
        """);
    users.forEach(application::add);
    return application;
  }

  private void add(OldUser user) {
    sql(
        """
        INSERT INTO users (username, email, email_verified, first_name, last_name, is_active, is_admin, password_hash, totp_secret)
          VALUES ('%s', '%s@Example.org', true, 'Test', 'O''Neil, Jr.', true, %s, '%s', %s);
        """
            .formatted(
                user.name(),
                user.name(),
                user.name().equals("Old0"),
                user.hash().hash(),
                user.totp() == null ? "NULL" : "'" + user.totp() + "'"));
    addKey(user, "nightly job", user.key(), true, "NULL");
  }

  /**
   * Adds a key.
   *
   * @param expiry SQL
   */
  void addKey(OldUser user, String name, String key, boolean active, String expiry) {
    sql(
        """
        INSERT INTO api_keys (user_id, name, key_hash, scopes, is_active, expires_at)
          SELECT id, '%s', '%s', '{tasks:read,tasks:write}', %s, %s FROM users WHERE username = '%s';
        """
            .formatted(name, OldUser.sha256(key), active, expiry, user.name()));
  }

  /** Everything the old release knows, in one text: the same when nothing of it has changed. */
  String contents() {
    return sql(
        """
        SELECT concat_ws('|', id, username, email, email_verified, is_active, is_admin, password_hash, totp_secret) FROM users ORDER BY id;
        SELECT k::text FROM api_keys k ORDER BY id
        """);
  }

  String sql(String statements) {
    return database.sql(statements);
  }

  /** For {@code psql}. */
  String uri() {
    return database.uri();
  }

  @Override
  public void close() {
    database.close();
  }
}

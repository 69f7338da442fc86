package dev.bulwark.benchmarks.ledger;

import dev.bulwark.it.database.PostgresProcess;

/**
 * Sessions of {@link Filling} that end, by SQL: a part of all, each with two or three live tokens.
 */
final class EndedSessions {

  /** One of so many sessions. */
  private static final int STEP = 20;

  private static final String REALM =
      "(SELECT id FROM realm WHERE name = '" + FullRealm.NAME + "')";

  private final PostgresProcess database;
  private final int count;
  private final long tokens;
  private int next;

  EndedSessions(PostgresProcess database, Size size) {
    this.database = database;
    this.count = size.sessions() / STEP;
    this.tokens =
        Long.parseLong(
            database.sql(
                "SELECT count(*) FROM bulwark_token WHERE session_id IN (SELECT "
                    + id("i")
                    + " FROM "
                    + all()
                    + ")"));
  }

  int count() {
    return count;
  }

  /** Live tokens of all of them. */
  long tokens() {
    return tokens;
  }

  /** Ends all of them in one transaction. */
  void end() {
    String ids = " WHERE user_session_id IN (SELECT " + id("i") + " FROM " + all() + ")";
    database.sql(
        "DELETE FROM offline_client_session"
            + ids
            + "; DELETE FROM offline_user_session"
            + ids
            + "; "
            + endings("i", all()));
  }

  /** Writes down once more that some of them have ended, as requests do that revoke the tokens. */
  void endAgain(int sessions) {
    database.sql(
        endings(
            "(i % " + count + ")",
            "generate_series(" + next + ", " + (next + sessions - 1) + ") i"));
    next += sessions;
  }

  /** Whether no ending is left. */
  boolean areDone() {
    return database.sql("SELECT count(*) FROM bulwark_revocation_scope").equals("0");
  }

  private String all() {
    return "generate_series(0, " + (count - 1) + ") i";
  }

  private static String id(String number) {
    return "md5('s' || " + number + " * " + STEP + ")::uuid::text";
  }

  private static String endings(String number, String range) {
    return "INSERT INTO bulwark_revocation_scope (id, kind, realm_id, session_id, expires_at,"
        + " kills, issued_before, verifies, cause, created_at) SELECT gen_random_uuid()::text,"
        + " 'SESSION', "
        + REALM
        + ", "
        + id(number)
        + ", 0, ',', 0, ',ft,nt,of,on,tr,un', 'BENCHMARK',"
        + " (extract(epoch FROM clock_timestamp()) * 1000)::bigint FROM "
        + range;
  }
}

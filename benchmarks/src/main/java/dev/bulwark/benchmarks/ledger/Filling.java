package dev.bulwark.benchmarks.ledger;

import static org.awaitility.Awaitility.await;

import dev.bulwark.benchmarks.Progress;
import dev.bulwark.it.database.PostgresProcess;
import java.time.Duration;
import java.util.List;

/**
 * Fills the databases by SQL: users and sessions in Keycloak's tables, valid in Keycloak's eyes,
 * and their live tokens in the ledger.
 */
final class Filling {

  /**
   * As Keycloak writes it, of a usual length: it reads the row when it is asked for the session.
   */
  private static final String SESSION =
      "'{\"ipAddress\":\"127.0.0.1\",\"authMethod\":\"openid-connect\",\"rememberMe\":false,"
          + "\"started\":0,\"notes\":{\"filler\":\"' || repeat('x', 180)"
          + " || '\"},\"state\":\"LOGGED_IN\"}'";

  private static final String CLIENT_SESSION =
      "'{\"authMethod\":\"openid-connect\",\"redirectUri\":null,\"notes\":{\"filler\":\"'"
          + " || repeat('x', 220) || '\"}}'";

  private static final int CHUNK = 100_000;
  private static final int SIX_HOURS = 21_600;
  private static final Duration PATIENCE = Duration.ofMinutes(10);
  private static final String NOW = "extract(epoch from now())::int";
  private static final String REALM =
      "(SELECT id FROM realm WHERE name = '" + FullRealm.NAME + "')";
  private static final String CLIENT =
      "(SELECT id FROM client WHERE client_id = '"
          + FullRealm.CLIENT
          + "' AND realm_id = "
          + REALM
          + ")";

  private Filling() {}

  /** Fills the databases of a variant, as they are after autovacuum. */
  static void fill(Variant variant, Size size) throws Exception {
    Progress.say("filling the database " + "of the variant " + variant.kind().title());
    PostgresProcess database = variant.database();
    chunks(size.users(), range -> database.sql(users(range)));
    chunks(
        size.sessions(),
        range -> {
          database.sql(sessions(range, size));
          database.sql(clientSessions(range));
        });
    if (variant.hasLedger()) {
      // Its row tells what the server itself writes for this client and issuer.
      variant.token(FullRealm.login(0));
      chunks(size.tokens(), range -> database.sql(tokens(range, size)));
    }
    for (String table : List.of("user_entity", "offline_user_session", "offline_client_session")) {
      database.sql("VACUUM ANALYZE " + table);
    }
    if (variant.hasLedger()) {
      database.sql("VACUUM ANALYZE bulwark_token");
      database.sql("UPDATE bulwark_lease SET expires_at = 0 WHERE name = 'comparison'");
      await("the ledger to be compared")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> variant.metric("bulwark_revocation_ledger_size") >= size.tokens());
    }
  }

  /** Makes further realms, each with a session, so that its time is watched. */
  static void addRealms(Variant variant, int realms) {
    PostgresProcess database = variant.database();
    database.sql(
        "INSERT INTO realm SELECT (jsonb_populate_record(r, jsonb_build_object('id', 'many-' || i,"
            + " 'name', 'many-' || i))).* FROM realm r, generate_series(1, "
            + realms
            + ") i WHERE r.name = '"
            + FullRealm.NAME
            + "'");
    database.sql(
        "INSERT INTO offline_user_session (user_session_id, user_id, realm_id, created_on,"
            + " offline_flag, data, last_session_refresh, version, remember_me)"
            + " SELECT 'many-' || i, 'nobody', 'many-' || i, "
            + NOW
            + ", '0', "
            + SESSION
            + ", "
            + NOW
            + ", 0, FALSE FROM generate_series(1, "
            + realms
            + ") i");
    database.sql("VACUUM ANALYZE realm");
    database.sql("VACUUM ANALYZE offline_user_session");
  }

  private interface Insert {
    void of(String range);
  }

  private static void chunks(int rows, Insert insert) {
    for (int from = 0; from < rows; from += CHUNK) {
      insert.of("generate_series(" + from + ", " + (Math.min(rows, from + CHUNK) - 1) + ") i");
    }
  }

  private static String users(String range) {
    return "INSERT INTO user_entity (id, email_constraint, email_verified, enabled, realm_id,"
        + " username, created_timestamp, not_before) SELECT md5('u' || i)::uuid::text,"
        + " md5('e' || i), TRUE, TRUE, "
        + REALM
        + ", 'filler' || i, 0, 0 FROM "
        + range;
  }

  private static String sessions(String range, Size size) {
    return "INSERT INTO offline_user_session (user_session_id, user_id, realm_id, created_on,"
        + " offline_flag, data, last_session_refresh, version, remember_me)"
        + " SELECT md5('s' || i)::uuid::text, md5('u' || i % "
        + size.users()
        + ")::uuid::text, "
        + REALM
        + ", "
        + NOW
        + " - 100, '0', "
        + SESSION
        + ", "
        + NOW
        + ", 0, FALSE FROM "
        + range;
  }

  private static String clientSessions(String range) {
    return "INSERT INTO offline_client_session (user_session_id, client_id, offline_flag,"
        + " timestamp, data, client_storage_provider, external_client_id, version, realm_id)"
        + " SELECT md5('s' || i)::uuid::text, "
        + CLIENT
        + ", '0', "
        + NOW
        + ", "
        + CLIENT_SESSION
        + ", 'local', 'local', 0, "
        + REALM
        + " FROM "
        + range;
  }

  private static String tokens(String range, Size size) {
    String session = "i % " + size.sessions();
    return "INSERT INTO bulwark_token (expires_at, jti, session_type, realm_id, user_id, client_id,"
        + " session_id, issued_at, issued_for, issuer) SELECT "
        + NOW
        + " + "
        + SIX_HOURS
        + " + i % 900, 'onrtac:' || md5('j' || i)::uuid::text, 'on', t.realm_id, md5('u' || "
        + session
        + " % "
        + size.users()
        + ")::uuid::text, t.client_id, md5('s' || "
        + session
        + ")::uuid::text, "
        + NOW
        + " - 60, t.issued_for, t.issuer FROM "
        + range
        + ", (SELECT * FROM bulwark_token WHERE client_id = "
        + CLIENT
        + " LIMIT 1) t";
  }
}

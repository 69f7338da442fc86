package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.Target;
import dev.bulwark.revocation.sql.IndexedText;
import dev.bulwark.revocation.sql.SqlDialect;
import java.util.ArrayList;
import java.util.List;

/**
 * By which condition the tokens of a target are found in the ledger, whose rows are aliased t.
 *
 * @param sql the condition
 * @param parameters of it, in their order
 * @param withoutRevoked a further condition that leaves out revoked tokens; empty where a statement
 *     must not do that
 */
record TargetCondition(String sql, List<String> parameters, String withoutRevoked) {

  /** Makes the conditions of a schema. */
  static final class Cases implements Target.Cases<TargetCondition> {

    private static final String IN_REALM = " AND t.REALM_ID = ?";

    private final IndexedText sessions;
    private final IndexedText users;
    private final Memberships memberships;
    private final String unknown;

    /**
     * In a schema.
     *
     * @param schema with a dot at its end, or empty for the default schema
     */
    Cases(SqlDialect dialect, String schema) {
      this.sessions = new IndexedText(dialect, "t.SESSION_ID");
      this.users = new IndexedText(dialect, "t.USER_ID");
      this.memberships = new Memberships(schema);
      this.unknown =
          " AND NOT EXISTS (SELECT 1 FROM "
              + schema
              + RevokedTable.NAME
              + " r WHERE r.JTI = t.JTI)";
    }

    @Override
    public TargetCondition token(Target.Token target) {
      throw new IllegalArgumentException("The ending of a token needs no candidates.");
    }

    @Override
    public TargetCondition session(Target.UserSession target) {
      return indexed(sessions, target.sessionId(), target.realmId(), unknown);
    }

    @Override
    public TargetCondition user(Target.User target) {
      return indexed(users, target.userId(), target.realmId(), unknown);
    }

    @Override
    public TargetCondition client(Target.Client target) {
      return new TargetCondition(
          "t.CLIENT_ID = ?" + IN_REALM, List.of(target.clientId(), target.realmId()), "");
    }

    @Override
    public TargetCondition realm(Target.Realm target) {
      return new TargetCondition("t.REALM_ID = ?", List.of(target.realmId()), "");
    }

    @Override
    public TargetCondition doubt(Target.RealmInDoubt target) {
      StringBuilder sql = new StringBuilder("t.REALM_ID = ?");
      List<String> parameters = new ArrayList<>(List.of(target.realmId()));
      Members members = target.members();
      if (members != null) {
        memberships.narrow(members, sql, parameters);
      }
      return new TargetCondition(sql.toString(), parameters, "");
    }

    @Override
    public TargetCondition apiKey(Target.ApiKey target) {
      return new TargetCondition("t.API_KEY_ID = ?", List.of(target.apiKeyId()), unknown);
    }

    private static TargetCondition indexed(
        IndexedText column, String id, String realmId, String withoutRevoked) {
      List<String> parameters = new ArrayList<>(column.parameters(List.of(id)));
      parameters.add(realmId);
      return new TargetCondition(column.is() + IN_REALM, parameters, withoutRevoked);
    }
  }
}

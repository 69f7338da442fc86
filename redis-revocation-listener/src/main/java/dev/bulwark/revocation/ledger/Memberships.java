package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Members;
import java.util.List;

/** Which tokens belong to members, in SQL over Keycloak's own tables. */
final class Memberships {

  private final String schema;

  /**
   * In a schema.
   *
   * @param schema with a dot at its end, or empty for the default schema
   */
  Memberships(String schema) {
    this.schema = schema;
  }

  /**
   * Adds a condition on the ledger's rows, which are aliased t.
   *
   * @param keys to which the parameters of the condition are added
   */
  void narrow(Members members, StringBuilder sql, List<String> keys) {
    switch (members.kind()) {
      case ORGANIZATION -> {
        sql.append(managed("o.ID = ?"));
        keys.add(members.id());
      }
      case ORGANIZATIONS -> sql.append(managed("o.REALM_ID = t.REALM_ID"));
      case USER_STORE -> {
        // Users that are not imported have no row; nor have imported ones once the store is gone.
        sql.append(" AND NOT EXISTS (SELECT 1 FROM ")
            .append(schema)
            .append("USER_ENTITY u WHERE u.ID = t.USER_ID")
            .append(" AND (u.FEDERATION_LINK IS NULL OR u.FEDERATION_LINK <> ?))");
        keys.add(members.id());
      }
    }
  }

  private String managed(String by) {
    return " AND EXISTS (SELECT 1 FROM "
        + schema
        + "USER_GROUP_MEMBERSHIP m JOIN "
        + schema
        + "ORG o ON o.GROUP_ID = m.GROUP_ID WHERE m.USER_ID = t.USER_ID"
        + " AND m.MEMBERSHIP_TYPE = 'MANAGED' AND "
        + by
        + ")";
  }
}

package dev.bulwark.it.support;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.database.PostgresProcess;

/**
 * The passwords of the realm {@code app} as its server has hashed them. A realm that is imported
 * with them has the same passwords, and the server computes no hash: three of them before each
 * class were a good part of its processor time. Immutable.
 */
final class StoredPasswords {

  private static final String QUERY =
      """
      SELECT json_agg(json_build_object('username', u.username, 'credentialData', c.credential_data,
        'secretData', c.secret_data, 'createdDate', c.created_date))
      FROM credential c JOIN user_entity u ON u.id = c.user_id JOIN realm r ON r.id = u.realm_id
      WHERE r.name = 'app' AND c.type = 'password'
      """;

  private final JsonNode rows;

  private StoredPasswords(JsonNode rows) {
    this.rows = rows;
  }

  /** Reads them. */
  static StoredPasswords of(PostgresProcess database) {
    return new StoredPasswords(Json.parse(database.sql(QUERY)));
  }

  /**
   * Puts them in the place of the passwords as typed.
   *
   * @param realm JSON, whose users have one password each
   */
  String in(String realm) {
    ObjectNode json = (ObjectNode) Json.parse(realm);
    for (JsonNode user : json.get("users")) {
      ObjectNode credential = of(user.get("username").asText()).deepCopy();
      credential.remove("username");
      ((ObjectNode) user).putArray("credentials").add(credential.put("type", "password"));
    }
    return json.toString();
  }

  private ObjectNode of(String username) {
    for (JsonNode row : rows) {
      if (row.get("username").asText().equals(username)) {
        return (ObjectNode) row;
      }
    }
    throw new IllegalStateException(username + " has no password");
  }
}

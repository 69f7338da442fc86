package dev.bulwark.revocation.ledger;

import dev.bulwark.revocation.rules.Effect;
import dev.bulwark.revocation.rules.Ending;
import dev.bulwark.revocation.rules.EndingKind;
import dev.bulwark.revocation.rules.Members;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.rules.Target;
import dev.bulwark.sql.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The form of an ending in its table. Nodes of different versions write and read it during a
 * rolling upgrade.
 */
final class EndingRow {

  static final List<String> COLUMNS =
      List.of(
          "ID",
          "KIND",
          "REALM_ID",
          "USER_ID",
          "CLIENT_ID",
          "SESSION_ID",
          "API_KEY_ID",
          "JTI",
          "EXPIRES_AT",
          "KILLS",
          "ISSUED_BEFORE",
          "VERIFIES",
          "CAUSE",
          "CREATED_AT",
          "MEMBERS_OF");

  private static final int MAX_CAUSE = 128;

  private EndingRow() {}

  /** Binds the parameters of a statement, in the order of the columns. */
  static void bind(Sql.Parameters parameters, Ending ending) throws SQLException {
    Keys keys = ending.target().to(Keys.OF);
    Effect effect = ending.effect();
    parameters
        .text(ending.id())
        .text(ending.kind().name())
        .text(ending.realmId())
        .text(keys.userId)
        .text(keys.clientId)
        .text(keys.sessionId)
        .text(keys.apiKeyId)
        .text(keys.jti)
        .number(keys.expiresAt)
        .text(codes(effect.kills()))
        .number(effect.issuedBefore())
        .text(codes(effect.verifies()))
        .text(cut(ending.cause()))
        .number(ending.createdAt())
        .text(keys.members);
  }

  /** Reads the row at which the rows stand; empty if this version does not understand it. */
  static Optional<Ending> read(ResultSet rows) throws SQLException {
    Target target;
    try {
      target = target(rows);
    } catch (IllegalArgumentException e) {
      // A node of a later version can have written it: no other ending may wait for that.
      return Optional.empty();
    }
    return Optional.of(
        new Ending(
            rows.getString("ID"), target, rows.getString("CAUSE"), rows.getLong("CREATED_AT")));
  }

  private static Target target(ResultSet rows) throws SQLException {
    EndingKind kind = EndingKind.valueOf(rows.getString("KIND"));
    Effect effect =
        new Effect(
            types(rows.getString("KILLS")),
            rows.getLong("ISSUED_BEFORE"),
            types(rows.getString("VERIFIES")));
    return switch (kind) {
      case TOKEN ->
          new Target.Token(
              rows.getString("REALM_ID"), key(rows, "JTI"), rows.getLong("EXPIRES_AT"));
      case SESSION ->
          new Target.UserSession(key(rows, "REALM_ID"), key(rows, "SESSION_ID"), effect);
      case USER -> new Target.User(key(rows, "REALM_ID"), key(rows, "USER_ID"), effect);
      case CLIENT -> new Target.Client(key(rows, "REALM_ID"), key(rows, "CLIENT_ID"), effect);
      case REALM -> realm(rows, effect);
      case API_KEY ->
          new Target.ApiKey(
              rows.getString("REALM_ID"),
              key(rows, "API_KEY_ID"),
              rows.getLong("EXPIRES_AT"),
              effect);
    };
  }

  private static Target realm(ResultSet rows, Effect effect) throws SQLException {
    String realmId = key(rows, "REALM_ID");
    return effect.kills().isEmpty()
        ? new Target.RealmInDoubt(
            realmId, Members.of(rows.getString("MEMBERS_OF")), effect.verifies())
        : new Target.Realm(realmId, effect);
  }

  private static String key(ResultSet rows, String column) throws SQLException {
    String key = rows.getString(column);
    if (key == null) {
      throw new IllegalArgumentException("An ending has no " + column + ".");
    }
    return key;
  }

  /** The resource types of extensions can be of any length. */
  private static String cut(String cause) {
    return cause.length() <= MAX_CAUSE ? cause : cause.substring(0, MAX_CAUSE);
  }

  private static String codes(Set<SessionType> types) {
    // Oracle's empty string is null: the separator alone stands for the empty set.
    return types.stream().map(SessionType::code).sorted().collect(Collectors.joining(",", ",", ""));
  }

  private static Set<SessionType> types(String codes) {
    EnumSet<SessionType> types = EnumSet.noneOf(SessionType.class);
    for (SessionType type : SessionType.values()) {
      if (codes.contains("," + type.code())) {
        types.add(type);
      }
    }
    return types;
  }

  /** The columns that only some targets have; null, or 0, in the rows of the others. */
  private record Keys(
      @Nullable String userId,
      @Nullable String clientId,
      @Nullable String sessionId,
      @Nullable String apiKeyId,
      @Nullable String jti,
      long expiresAt,
      @Nullable String members) {

    private static final Target.Cases<Keys> OF =
        new Target.Cases<>() {
          @Override
          public Keys token(Target.Token token) {
            return new Keys(null, null, null, null, token.jti(), token.expiresAt(), null);
          }

          @Override
          public Keys session(Target.UserSession session) {
            return keys(null, null, session.sessionId());
          }

          @Override
          public Keys user(Target.User user) {
            return keys(user.userId(), null, null);
          }

          @Override
          public Keys client(Target.Client client) {
            return keys(null, client.clientId(), null);
          }

          @Override
          public Keys realm(Target.Realm realm) {
            return keys(null, null, null);
          }

          @Override
          public Keys doubt(Target.RealmInDoubt doubt) {
            Members members = doubt.members();
            return new Keys(
                null, null, null, null, null, 0, members == null ? null : members.text());
          }

          @Override
          public Keys apiKey(Target.ApiKey key) {
            return new Keys(null, null, null, key.apiKeyId(), null, key.inForceFrom(), null);
          }
        };

    private static Keys keys(
        @Nullable String userId, @Nullable String clientId, @Nullable String sessionId) {
      return new Keys(userId, clientId, sessionId, null, null, 0, null);
    }
  }
}

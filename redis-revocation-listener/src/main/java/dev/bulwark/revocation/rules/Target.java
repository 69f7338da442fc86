package dev.bulwark.revocation.rules;

import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens an ending concerns, and what it does to them. Each kind has the keys and the choices
 * that it needs, and no others.
 */
public sealed interface Target {

  /** By which key it finds tokens. */
  EndingKind kind();

  /** Internal id of the realm; null only for a {@link Token} or an {@link ApiKey}. */
  @Nullable String realmId();

  /** What it does; nothing of a {@link Token}, which is dead. */
  Effect effect();

  /** Whether a token is one of these. */
  boolean concerns(LedgerToken token);

  /** Whether it concerns every token that another one concerns, at every time that one does. */
  boolean hasTokensOf(Target other);

  /** Passes it to the case of its kind. */
  <T> T to(Cases<T> cases);

  /** What is said about a token of these. */
  default Verdict judge(LedgerToken token) {
    return effect().on(token);
  }

  /** What is to be done with each kind. */
  interface Cases<T> {

    /** For one token. */
    T token(Token target);

    /** For a user session. */
    T session(UserSession target);

    /** For a user. */
    T user(User target);

    /** For a client. */
    T client(Client target);

    /** For a realm. */
    T realm(Realm target);

    /** For a realm in doubt. */
    T doubt(RealmInDoubt target);

    /** For an API key. */
    T apiKey(ApiKey target);
  }

  /**
   * One token, which is dead.
   *
   * @param realmId internal id of its realm; null if unknown
   * @param jti its id
   * @param expiresAt its {@code exp}, seconds since 1970, above 0
   */
  record Token(@Nullable String realmId, String jti, long expiresAt) implements Target {

    /** Checks the expiry: without it, nothing tells how long the token has to be in Redis. */
    public Token {
      if (expiresAt <= 0) {
        throw new IllegalArgumentException("The ending of a token lacks its expiry.");
      }
    }

    @Override
    public EndingKind kind() {
      return EndingKind.TOKEN;
    }

    @Override
    public Effect effect() {
      return Effect.NONE;
    }

    @Override
    public boolean concerns(LedgerToken token) {
      return jti.equals(token.jti());
    }

    @Override
    public Verdict judge(LedgerToken token) {
      return Verdict.REVOKE;
    }

    @Override
    public boolean hasTokensOf(Target other) {
      return other instanceof Token token
          && Objects.equals(realmId, token.realmId)
          && jti.equals(token.jti);
    }

    @Override
    public <T> T to(Cases<T> cases) {
      return cases.token(this);
    }
  }

  /**
   * The tokens of a user session.
   *
   * @param realmId internal id of its realm
   * @param sessionId its id
   * @param effect what becomes of them
   */
  record UserSession(String realmId, String sessionId, Effect effect) implements Target {

    @Override
    public EndingKind kind() {
      return EndingKind.SESSION;
    }

    @Override
    public boolean concerns(LedgerToken token) {
      return realmId.equals(token.realmId()) && sessionId.equals(token.sessionId());
    }

    @Override
    public boolean hasTokensOf(Target other) {
      return other instanceof UserSession session
          && realmId.equals(session.realmId)
          && sessionId.equals(session.sessionId);
    }

    @Override
    public <T> T to(Cases<T> cases) {
      return cases.session(this);
    }
  }

  /**
   * The tokens of a user.
   *
   * @param realmId internal id of the user's realm
   * @param userId internal id
   * @param effect what becomes of them
   */
  record User(String realmId, String userId, Effect effect) implements Target {

    @Override
    public EndingKind kind() {
      return EndingKind.USER;
    }

    @Override
    public boolean concerns(LedgerToken token) {
      return realmId.equals(token.realmId()) && userId.equals(token.userId());
    }

    @Override
    public boolean hasTokensOf(Target other) {
      return other instanceof User user
          && realmId.equals(user.realmId)
          && userId.equals(user.userId);
    }

    @Override
    public <T> T to(Cases<T> cases) {
      return cases.user(this);
    }
  }

  /**
   * The tokens issued for a client.
   *
   * @param realmId internal id of its realm
   * @param clientId internal id
   * @param effect what becomes of them
   */
  record Client(String realmId, String clientId, Effect effect) implements Target {

    @Override
    public EndingKind kind() {
      return EndingKind.CLIENT;
    }

    @Override
    public boolean concerns(LedgerToken token) {
      return realmId.equals(token.realmId()) && clientId.equals(token.clientId());
    }

    @Override
    public boolean hasTokensOf(Target other) {
      return other instanceof Client client
          && realmId.equals(client.realmId)
          && clientId.equals(client.clientId);
    }

    @Override
    public <T> T to(Cases<T> cases) {
      return cases.client(this);
    }
  }

  /**
   * The tokens of a realm, at once.
   *
   * @param realmId internal id
   * @param effect what becomes of them; it kills some types at least
   */
  record Realm(String realmId, Effect effect) implements Target {

    /** Checks that it is no {@link RealmInDoubt}: a row tells them apart by that alone. */
    public Realm {
      if (effect.kills().isEmpty()) {
        throw new IllegalArgumentException("The ending of a realm kills nothing outright.");
      }
    }

    @Override
    public EndingKind kind() {
      return EndingKind.REALM;
    }

    @Override
    public boolean concerns(LedgerToken token) {
      return realmId.equals(token.realmId());
    }

    @Override
    public boolean hasTokensOf(Target other) {
      return other instanceof Realm realm && realmId.equals(realm.realmId)
          || other instanceof RealmInDoubt doubt
              && doubt.members == null
              && realmId.equals(doubt.realmId);
    }

    @Override
    public <T> T to(Cases<T> cases) {
      return cases.realm(this);
    }
  }

  /**
   * Tokens of a realm of which only some have ended. Each is verified, in the time that other work
   * leaves.
   *
   * @param realmId internal id
   * @param members whose tokens; null for the whole realm
   * @param verifies their session types
   */
  record RealmInDoubt(String realmId, @Nullable Members members, Set<SessionType> verifies)
      implements Target {

    /** Copies the set. */
    public RealmInDoubt {
      verifies = Set.copyOf(verifies);
    }

    @Override
    public EndingKind kind() {
      return EndingKind.REALM;
    }

    @Override
    public Effect effect() {
      return Effect.verify(verifies);
    }

    @Override
    public boolean concerns(LedgerToken token) {
      return realmId.equals(token.realmId());
    }

    @Override
    public boolean hasTokensOf(Target other) {
      return other instanceof RealmInDoubt doubt
          && realmId.equals(doubt.realmId)
          && Objects.equals(members, doubt.members);
    }

    @Override
    public <T> T to(Cases<T> cases) {
      return cases.doubt(this);
    }
  }

  /**
   * The tokens exchanged from an API key.
   *
   * @param realmId internal id of its realm; null if unknown
   * @param apiKeyId its id
   * @param inForceFrom its end if that lies ahead, seconds since 1970; else 0
   * @param effect what becomes of them
   */
  record ApiKey(@Nullable String realmId, String apiKeyId, long inForceFrom, Effect effect)
      implements Target {

    @Override
    public EndingKind kind() {
      return EndingKind.API_KEY;
    }

    @Override
    public boolean concerns(LedgerToken token) {
      return apiKeyId.equals(token.apiKeyId());
    }

    @Override
    public boolean hasTokensOf(Target other) {
      return other instanceof ApiKey key
          && Objects.equals(realmId, key.realmId)
          && apiKeyId.equals(key.apiKeyId)
          && inForceFrom <= key.inForceFrom;
    }

    @Override
    public <T> T to(Cases<T> cases) {
      return cases.apiKey(this);
    }
  }
}

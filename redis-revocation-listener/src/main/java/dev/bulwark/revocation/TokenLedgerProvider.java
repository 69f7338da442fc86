package dev.bulwark.revocation;

import dev.bulwark.contract.ApiKeyClaims;
import dev.bulwark.revocation.rules.Grant;
import dev.bulwark.revocation.rules.IssuedFor;
import dev.bulwark.revocation.rules.IssuerRule;
import dev.bulwark.revocation.rules.JtiRange;
import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import dev.bulwark.revocation.rules.SigningKey;
import dev.bulwark.revocation.writer.ServiceRows;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import jakarta.ws.rs.ServiceUnavailableException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.crypto.KeyUse;
import org.keycloak.crypto.KeyWrapper;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.representations.AccessToken;
import org.keycloak.transaction.JtaTransactionManagerLookup;

/**
 * Enters the tokens of one request in the ledger before its response leaves. A token that has no
 * row does not leave: nothing would end it. Keycloak is asked about the tokens of a request that
 * was rolled back.
 *
 * <p>The row of a token whose session was committed before this request is queued at once, so that
 * others can write it while the token is still being signed: that halves what the ledger costs. A
 * row whose session comes with this request has to wait for the end of the transaction: a row is
 * never in the ledger before its session is in Keycloak's table, or the reconciler would take that
 * session for a dead one.
 */
final class TokenLedgerProvider implements TokenPostProcessor {

  private static final Logger LOG = Logger.getLogger(TokenLedgerProvider.class);
  private static final String ATTRIBUTE = TokenLedgerProvider.class.getName();
  private static final int MAX_TEXT = 255;

  private final KeycloakSession session;
  private final @Nullable RevocationService service;

  TokenLedgerProvider(KeycloakSession session, @Nullable RevocationService service) {
    this.session = session;
    this.service = service;
  }

  @Override
  public void process(TokenPostProcessorContext context) {
    RevocationService running = service;
    AccessToken token = context.accessToken();
    if (running == null || token == null || context.clientSessionCtx() == null) {
      return;
    }
    AuthenticatedClientSessionModel issuing = context.clientSessionCtx().getClientSession();
    if (!running.caresFor(issuing.getRealm())) {
      return;
    }
    if (!canHaveRow(token)) {
      running.metrics().ledgerFailed();
      throw new IllegalStateException(
          "No token can be issued for client %s: without a row in the ledger no logout would end it."
                  .formatted(token.getIssuedFor())
              + " It needs iat, exp and a jti of at most %d characters, none of them NUL. Check the"
                  .formatted(MAX_TEXT)
              + " protocol mappers and extensions that change them.");
    }
    enter(token, issuing, running);
  }

  private void enter(
      AccessToken token, AuthenticatedClientSessionModel issuing, RevocationService running) {
    LedgerToken row = row(token, issuing, signingKey(token));
    IssuedTokens pending = pending(running);
    if (pending.hasPlace(row.jti())) {
      return;
    }
    if (running.canShareRows() && canShareRow(row, issuing)) {
      ServiceRows.Place place = running.issuance().place(row);
      token.id(place.jti());
      pending.add(place.jti(), place.ticket());
      row = place.ticket().row();
    } else {
      pending.add(row, isSettled(row, issuing));
    }
    if (mayBeRejected(token, issuing)) {
      pending.verify(row);
    }
  }

  /**
   * Whether Keycloak may reject the token from its issue on: a not-before lies ahead of it, as
   * after a mistake, or from a clock that is ahead. Keycloak issues tokens all the same.
   */
  private boolean mayBeRejected(AccessToken token, AuthenticatedClientSessionModel issuing) {
    try {
      RealmModel realm = issuing.getRealm();
      ClientModel client = client(realm, token.getIssuedFor(), issuing);
      return token.getIat() < Math.max(realm.getNotBefore(), client.getNotBefore())
          || !TokenManager.isUserValid(session, realm, token, issuing.getUserSession().getUser());
    } catch (RuntimeException e) {
      LOG.debug("Keycloak is asked about a token, since its not-befores are not known", e);
      return true;
    }
  }

  /** Whether a token has what a row consists of. */
  static boolean canHaveRow(AccessToken token) {
    return fits(token.getId()) && token.getExp() != null && token.getIat() != null;
  }

  /** Whether a column takes a text: a row that the database rejects is tried until it expires. */
  private static boolean fits(@Nullable String text) {
    return text != null && text.length() <= MAX_TEXT && text.indexOf('\0') < 0;
  }

  /** The key that is about to sign a token: Keycloak's signer asks for it in the same words. */
  private long signingKey(AccessToken token) {
    String algorithm = session.tokens().signatureAlgorithm(token.getCategory());
    KeyWrapper key =
        session.keys().getActiveKey(session.getContext().getRealm(), KeyUse.SIG, algorithm);
    return SigningKey.mark(key.getKid(), algorithm);
  }

  /**
   * The row of a token that can have one.
   *
   * @param signingKey see {@link SigningKey#mark}
   */
  static LedgerToken row(
      AccessToken token, AuthenticatedClientSessionModel issuing, long signingKey) {
    String jti = token.getId();
    UserSessionModel userSession = issuing.getUserSession();
    SessionType type = SessionType.ofJti(jti);
    RealmModel realm = issuing.getRealm();
    Object apiKey = token.getOtherClaims().get(ApiKeyClaims.KEY_ID);
    return new LedgerToken(
        jti,
        type,
        realm.getId(),
        userSession.getUser().getId(),
        client(realm, token.getIssuedFor(), issuing).getId(),
        sessionId(token, type, userSession),
        apiKey instanceof String id && fits(id) ? id : null,
        token.getIat(),
        token.getExp(),
        IssuedFor.mark(token.getIssuedFor()),
        IssuerRule.mark(token.getIssuer()),
        signingKey);
  }

  /** A lightweight token may do without the claim, and a mapper can put any text there. */
  private static @Nullable String sessionId(
      AccessToken token, SessionType type, UserSessionModel userSession) {
    String claim = token.getSessionId();
    if (fits(claim)) {
      return claim;
    }
    return type == SessionType.TRANSIENT ? null : userSession.getId();
  }

  private static ClientModel client(
      RealmModel realm, @Nullable String issuedFor, AuthenticatedClientSessionModel issuing) {
    ClientModel own = issuing.getClient();
    if (issuedFor == null || issuedFor.equals(own.getClientId())) {
      return own;
    }
    // Token exchange and UMA issue for another client than that of the session.
    ClientModel other = realm.getClientByClientId(issuedFor);
    return other == null ? own : other;
  }

  /**
   * Whether all that the token leans on was committed before this transaction began. The grant
   * tells: whoever redeems a refresh token or a code got it by a response that left after that
   * commit. An offline session is made when the code is redeemed.
   */
  private static boolean isSettled(LedgerToken row, AuthenticatedClientSessionModel issuing) {
    UserSessionModel userSession = issuing.getUserSession();
    if (!row.clientId().equals(issuing.getClient().getId())) {
      return false;
    }
    Grant grant = Grant.ofJti(row.jti());
    return switch (row.type()) {
      case TRANSIENT -> userSession.getUser().getServiceAccountClientLink() != null;
      case ONLINE ->
          !userSession.isOffline() && (grant == Grant.REFRESH_TOKEN || grant == Grant.CODE);
      case OFFLINE -> userSession.isOffline() && grant == Grant.REFRESH_TOKEN;
      default -> false;
    };
  }

  /**
   * Whether the row can stand for other tokens of the second: only its id tells the token from
   * them. The id of one with a place in a status list names that place, so it has a row of its own.
   */
  private static boolean canShareRow(LedgerToken row, AuthenticatedClientSessionModel issuing) {
    return row.type() == SessionType.TRANSIENT
        && row.sessionId() == null
        && row.apiKeyId() == null
        && row.clientId().equals(issuing.getClient().getId())
        && row.clientId().equals(issuing.getUserSession().getUser().getServiceAccountClientLink())
        && JtiRange.canBegin(row.jti());
  }

  private IssuedTokens pending(RevocationService running) {
    IssuedTokens known = session.getAttribute(ATTRIBUTE, IssuedTokens.class);
    if (known != null) {
      return known;
    }
    IssuedTokens tokens = new IssuedTokens(running.issuance());
    // Sessions are written after completion too: enlisted before this, they are there first.
    session.sessions();
    session
        .getTransactionManager()
        .enlistAfterCompletion(
            new AbstractKeycloakTransaction() {
              @Override
              protected void commitImpl() {
                try {
                  tokens.committed(isFreeOfTransaction());
                } catch (Exception e) {
                  throw withheld(e, running);
                }
              }

              @Override
              protected void rollbackImpl() {
                try {
                  tokens.rolledBack(isFreeOfTransaction());
                } catch (Exception e) {
                  // Keycloak throws nothing on that fails after a rollback.
                  running.metrics().ledgerFailed();
                  LOG.warn("Tokens of a request that was rolled back have no row in the ledger", e);
                }
              }
            });
    session.setAttribute(ATTRIBUTE, tokens);
    return tokens;
  }

  /** Keycloak answers with this instead of the token, in the words of RFC 6749. */
  private static RuntimeException withheld(Exception reason, RevocationService running) {
    if (reason instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    running.metrics().ledgerFailed();
    return new ServiceUnavailableException("temporarily_unavailable", 1L, reason);
  }

  /** False in a nested transaction, whose end resumes the outer one on this thread. */
  private boolean isFreeOfTransaction() {
    JtaTransactionManagerLookup lookup = session.getProvider(JtaTransactionManagerLookup.class);
    TransactionManager manager = lookup == null ? null : lookup.getTransactionManager();
    try {
      return manager == null || manager.getStatus() == Status.STATUS_NO_TRANSACTION;
    } catch (SystemException e) {
      return false;
    }
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}

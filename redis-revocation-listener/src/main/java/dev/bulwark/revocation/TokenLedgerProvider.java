package dev.bulwark.revocation;

import dev.bulwark.revocation.rules.LedgerToken;
import dev.bulwark.revocation.rules.SessionType;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.TransactionManager;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.AbstractKeycloakTransaction;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.representations.AccessToken;
import org.keycloak.transaction.JtaTransactionManagerLookup;

/**
 * Takes down the tokens of one request and writes them after its transaction, before its response.
 * A rolled-back request issues no token and leaves no row.
 */
final class TokenLedgerProvider implements TokenPostProcessor {

  /** Claim of tokens exchanged from an API key. */
  private static final String API_KEY_CLAIM = "api_key_id";

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
    try {
      LedgerToken row = row(token, context.clientSessionCtx().getClientSession());
      if (row != null) {
        // Keyed by jti: a response can be built twice.
        pending(running).put(row.jti(), row);
      }
    } catch (RuntimeException e) {
      // Fail open: a token without a row beats no token.
      LOG.error("A token was issued without a row in the ledger", e);
    }
  }

  private @Nullable LedgerToken row(AccessToken token, AuthenticatedClientSessionModel issuing) {
    String jti = token.getId();
    Long expiry = token.getExp();
    Long issued = token.getIat();
    UserSessionModel userSession = issuing.getUserSession();
    if (jti == null || jti.length() > MAX_TEXT || expiry == null || issued == null) {
      LOG.debug("A token without jti, iat or exp cannot be revoked by its jti.");
      return null;
    }
    SessionType type = SessionType.ofJti(jti);
    RealmModel realm = issuing.getRealm();
    String sessionId = token.getSessionId();
    if (sessionId == null && type != SessionType.TRANSIENT) {
      // A lightweight token may do without the claim.
      sessionId = userSession.getId();
    }
    Object apiKey = token.getOtherClaims().get(API_KEY_CLAIM);
    return new LedgerToken(
        jti,
        type,
        realm.getId(),
        userSession.getUser().getId(),
        client(realm, token.getIssuedFor(), issuing).getId(),
        sessionId,
        apiKey instanceof String id && id.length() <= MAX_TEXT ? id : null,
        issued,
        expiry);
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

  @SuppressWarnings("unchecked")
  private Map<String, LedgerToken> pending(RevocationService running) {
    Map<String, LedgerToken> known = session.getAttribute(ATTRIBUTE, Map.class);
    if (known != null) {
      return known;
    }
    Map<String, LedgerToken> rows = new LinkedHashMap<>();
    // Sessions are written after completion too: enlisted before this, they are there first.
    session.sessions();
    session
        .getTransactionManager()
        .enlistAfterCompletion(
            new AbstractKeycloakTransaction() {
              @Override
              protected void commitImpl() {
                running.issued(List.copyOf(rows.values()), isFreeOfTransaction());
              }

              @Override
              protected void rollbackImpl() {
                // No token leaves.
              }
            });
    session.setAttribute(ATTRIBUTE, rows);
    return rows;
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

package dev.bulwark.apikey.grant;

import dev.bulwark.apikey.key.limit.ScopeRules;
import dev.bulwark.apikey.key.limit.TokenLifetime;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.ScopeCatalog;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import dev.bulwark.apikey.verify.ApiKeyHeader;
import dev.bulwark.apikey.verify.KeyDoor;
import dev.bulwark.apikey.verify.RateLimitHeaders;
import dev.bulwark.apikey.verify.TokenErrors;
import dev.bulwark.apikey.verify.Verification;
import dev.bulwark.apikey.verify.VerificationEvents;
import dev.bulwark.contract.ApiKeyClaims;
import dev.bulwark.factory.RealmSwitches;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.keycloak.OAuth2Constants;
import org.keycloak.OAuthErrorException;
import org.keycloak.common.util.Time;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.models.AuthenticatedClientSessionModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.protocol.oidc.OIDCAdvancedConfigWrapper;
import org.keycloak.protocol.oidc.OIDCLoginProtocol;
import org.keycloak.protocol.oidc.TokenManager;
import org.keycloak.protocol.oidc.encode.AccessTokenContext;
import org.keycloak.protocol.oidc.encode.TokenContextEncoderProvider;
import org.keycloak.protocol.oidc.grants.OAuth2GrantTypeBase;
import org.keycloak.representations.AccessToken;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;
import org.keycloak.services.CorsErrorResponseException;
import org.keycloak.services.Urls;
import org.keycloak.services.clientpolicy.ClientPolicyException;
import org.keycloak.services.clientpolicy.context.ServiceAccountTokenRequestContext;
import org.keycloak.services.clientpolicy.context.ServiceAccountTokenResponseContext;
import org.keycloak.services.cors.Cors;
import org.keycloak.services.managers.AuthenticationSessionManager;
import org.keycloak.services.managers.UserSessionManager;
import org.keycloak.sessions.AuthenticationSessionModel;
import org.keycloak.sessions.RootAuthenticationSessionModel;

/**
 * Exchanges a key for an access token (RFC 6749, section 4.5). The token has at most the scopes of
 * the key, no role that they do not bring, no refresh token and no session; it ends with the key at
 * the latest. Follows JWTAuthorizationGrantType of Keycloak.
 */
public final class ApiKeyGrantType extends OAuth2GrantTypeBase {

  @Override
  public EventType getEventType() {
    return EventType.OAUTH2_EXTENSION_GRANT;
  }

  @Override
  public Set<String> getTokenParameterNames() {
    return Set.of();
  }

  @Override
  protected boolean useRefreshToken() {
    return false;
  }

  /**
   * A key token is for the resource servers of the realm: it opens nothing of Keycloak that takes a
   * bearer token through its common authenticator, which the Admin API, the Account API and this
   * module's own REST do. What the token says of roles does not matter there, since they look at
   * those of the user.
   */
  @Override
  public boolean isTokenAllowed(KeycloakSession current, AccessToken token) {
    return false;
  }

  @Override
  public Response process(Context grantContext) {
    setContext(grantContext);
    if (!ApiKeyGrantTypeFactory.ID.equals(grantContext.getGrantType())) {
      // Tokens say the one name, by whichever the grant was asked for.
      setContext(contextOf(session, formParams, event, cors));
    }
    if (!RealmSwitches.hasApiKeys(realm)) {
      // As Keycloak answers, without an event.
      throw new CorsErrorResponseException(
          cors,
          OAuthErrorException.UNSUPPORTED_GRANT_TYPE,
          "Unsupported grant_type",
          Response.Status.BAD_REQUEST);
    }
    event.detail(Details.AUTH_METHOD, "api-key");
    Optional<String> presented = ApiKeyHeader.of(headers);
    if (presented.isEmpty()) {
      // No event: a public client's name is enough to send this, and realms store the type.
      throw new CorsErrorResponseException(
          cors,
          OAuthErrorException.INVALID_REQUEST,
          "Exactly one header " + ApiKeyHeader.NAME + " is needed",
          Response.Status.BAD_REQUEST);
    }
    return exchange(presented.get());
  }

  /**
   * The answer to a request of another grant whose key has been verified already: the same token,
   * with the same limits, as if the key had come by this grant.
   *
   * @param tokenRequest a request of the token endpoint, made with {@link #contextOf}
   */
  public Response issueFor(Context tokenRequest, Verification.Accepted accepted) {
    setContext(tokenRequest);
    return issue(accepted);
  }

  /**
   * A request of the token endpoint as one of this grant. The grant is what the id of the token
   * tells of it, by which Keycloak finds {@link #isTokenAllowed}.
   *
   * @param form the parameters as sent, whatever their {@code grant_type}
   */
  public static Context contextOf(
      KeycloakSession session, MultivaluedMap<String, String> form, EventBuilder event, Cors cors) {
    MultivaluedHashMap<String, String> asThisGrant = new MultivaluedHashMap<>(form);
    asThisGrant.putSingle(OAuth2Constants.GRANT_TYPE, ApiKeyGrantTypeFactory.ID);
    return new Context(
        session,
        OIDCAdvancedConfigWrapper.fromClientModel(session.getContext().getClient()),
        Map.of(),
        asThisGrant,
        event,
        cors,
        new TokenManager());
  }

  private Response exchange(String presented) {
    KeyDoor.Outcome outcome =
        KeyDoor.of(ApiKeyProvider.verifier(session), event, ApiKeyGrantType::rejected)
            .check(presented, clientConnection.getRemoteHost());
    if (outcome instanceof KeyDoor.Open open) {
      return issue(open.accepted());
    }
    exposeRateLimit();
    cors.add();
    return ((KeyDoor.Closed) outcome).answer();
  }

  /** Lets scripts in browsers read the figures. */
  private void exposeRateLimit() {
    cors.exposedHeaders(RateLimitHeaders.POLICY, RateLimitHeaders.LIMIT, HttpHeaders.RETRY_AFTER);
  }

  /** Returns the answer for a key that is not good, to a request of the token endpoint. */
  public static Response rejected() {
    return TokenErrors.rejected(Response.Status.BAD_REQUEST, OAuthErrorException.INVALID_GRANT);
  }

  /** A token of this moment could not be told from those that the change has ended. */
  private Response justChanged(long seconds) {
    cors.add();
    return Response.status(Response.Status.SERVICE_UNAVAILABLE)
        .header(HttpHeaders.RETRY_AFTER, seconds)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(
            new OAuth2ErrorRepresentation(
                "temporarily_unavailable", "The API key was just changed. Try again"))
        .build();
  }

  private Response issue(Verification.Accepted accepted) {
    ApiKey key = accepted.key();
    VerificationEvents.accepted(event, accepted);
    UserModel subject = new ScopeCatalog(session, realm).subject(key.owner());
    if (subject == null || !subject.isEnabled()) {
      throw error(
          OAuthErrorException.INVALID_GRANT,
          "The client that owns the key has no service account",
          Errors.USER_NOT_FOUND);
    }
    event.user(subject).detail(Details.USERNAME, subject.getUsername());
    Long from = key.data().tokensFrom();
    if (from != null && Time.currentTime() < from) {
      event.detail(Details.REASON, "api_key_just_changed");
      event.error(Errors.SLOW_DOWN);
      return justChanged(from - Time.currentTime());
    }

    Set<String> scopes = scopes(accepted);
    String scope = String.join(" ", scopes);
    if (!TokenManager.verifyConsentStillAvailable(session, subject, client, null, scope)) {
      throw error(
          OAuthErrorException.INVALID_SCOPE,
          "The owner has not consented to the client",
          Errors.CONSENT_DENIED);
    }

    UserSessionModel userSession = transientSession(subject, key, scope);
    ClientSessionContext sessionContext =
        TokenManager.attachAuthenticationSession(
            session, userSession, authenticationSession(subject, scope), scopes, false);
    AuthenticatedClientSessionModel clientSession = sessionContext.getClientSession();
    requirePolicies(clientSession);
    TokenManager.AccessTokenResponseBuilder builder =
        createTokenResponseBuilder(
            subject,
            userSession,
            sessionContext,
            scope,
            response ->
                new ServiceAccountTokenResponseContext(formParams, clientSession, response));
    restrict(builder.getAccessToken(), sessionContext, key, scope);
    exposeRateLimit();
    return RateLimitHeaders.of(
        createTokenResponse(builder, sessionContext, true), accepted.allowance());
  }

  private Set<String> scopes(Verification.Accepted accepted) {
    Set<String> requested = ScopeRules.parse(formParams.getFirst(OAuth2Constants.SCOPE));
    if (requested != null) {
      Set<String> excess = ScopeRules.excess(requested, accepted.scopes());
      if (!excess.isEmpty()) {
        throw error(
            OAuthErrorException.INVALID_SCOPE,
            "The API key does not have: " + String.join(" ", excess),
            Errors.INVALID_SCOPE);
      }
    }
    Set<String> granted =
        ScopeRules.granted(accepted.key().data().scopes(), accepted.scopes(), requested);
    granted.retainAll(ScopeCatalog.assignedTo(client));
    return granted;
  }

  /**
   * Asks the realm's client policies. They know the event of {@code client_credentials} and none of
   * this grant, which also issues a token without a user's login.
   */
  private void requirePolicies(AuthenticatedClientSessionModel clientSession) {
    try {
      session
          .clientPolicy()
          .triggerOnEvent(new ServiceAccountTokenRequestContext(formParams, clientSession));
    } catch (ClientPolicyException e) {
      event
          .detail(Details.REASON, Details.CLIENT_POLICY_ERROR)
          .detail(Details.CLIENT_POLICY_ERROR, e.getError())
          .detail(Details.CLIENT_POLICY_ERROR_DETAIL, e.getErrorDetail());
      event.error(e.getError());
      throw new CorsErrorResponseException(
          cors, e.getError(), e.getErrorDetail(), e.getErrorStatus());
    }
  }

  private UserSessionModel transientSession(UserModel subject, ApiKey key, String scope) {
    UserSessionModel created =
        new UserSessionManager(session)
            .createUserSession(
                KeycloakModelUtils.generateId(),
                realm,
                subject,
                subject.getUsername(),
                clientConnection.getRemoteHost(),
                "api-key",
                false,
                null,
                null,
                UserSessionModel.SessionPersistenceState.TRANSIENT);
    created.setNote(ApiKeyClaims.KEY_ID, key.id());
    created.setNote("api_key_scope", scope);
    event.session(created);
    return created;
  }

  private AuthenticationSessionModel authenticationSession(UserModel subject, String scope) {
    RootAuthenticationSessionModel root =
        new AuthenticationSessionManager(session).createAuthenticationSession(realm, false);
    AuthenticationSessionModel created = root.createAuthenticationSession(client);
    created.setAuthenticatedUser(subject);
    created.setProtocol(OIDCLoginProtocol.LOGIN_PROTOCOL);
    created.setClientNote(
        OIDCLoginProtocol.ISSUER,
        Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()));
    created.setClientNote(OIDCLoginProtocol.SCOPE_PARAM, scope);
    return created;
  }

  /** Last of all, so that no mapper can add what the key does not have. */
  private void restrict(
      AccessToken token, ClientSessionContext sessionContext, ApiKey key, String scope) {
    token.setScope(scope);
    token.setOtherClaims(ApiKeyClaims.KEY_ID, key.id());
    if (key.owner() instanceof KeyOwner.Client owner) {
      token.setOtherClaims(ApiKeyClaims.CLIENT, owner.model().getClientId());
    }
    RoleRestriction.of(sessionContext).apply(token);
    fullToken(token, sessionContext);
    Long end = key.data().end();
    int longest = session.getProvider(ApiKeyProvider.class).config().tokenMaxSeconds();
    long expiry =
        TokenLifetime.expiry(
            token.getIat(), expiryOf(token), longest, end == null ? Long.MAX_VALUE : end);
    if (expiry <= Time.currentTime()) {
      throw error(OAuthErrorException.INVALID_GRANT, TokenErrors.REJECTED, "expired_api_key");
    }
    token.exp(expiry);
  }

  /**
   * A lightweight token leaves out who and what its user is, and whoever gets it has Keycloak fill
   * that in: with all that the owner may do. A key's token is never one, whatever the client's
   * setting: it names its subject, and its id says that it is a regular token.
   */
  private void fullToken(AccessToken token, ClientSessionContext sessionContext) {
    TokenContextEncoderProvider encoder = session.getProvider(TokenContextEncoderProvider.class);
    AccessTokenContext context = encoder.getTokenContextFromTokenId(token.getId());
    if (context.getTokenType() != AccessTokenContext.TokenType.REGULAR) {
      token.id(
          encoder.encodeTokenId(
              new AccessTokenContext(
                  context.getSessionType(),
                  AccessTokenContext.TokenType.REGULAR,
                  context.getGrantType(),
                  context.getRawTokenId())));
      addAudience(token, sessionContext);
    }
    token.subject(sessionContext.getClientSession().getUserSession().getUser().getId());
  }

  /** Whom Keycloak would name at the introspection of a lightweight token, by the key's scopes. */
  private void addAudience(AccessToken token, ClientSessionContext sessionContext) {
    AccessToken described =
        new TokenManager()
            .transformIntrospectionAccessToken(
                session,
                token,
                new AccessToken(),
                sessionContext.getClientSession().getUserSession(),
                sessionContext);
    if (described.getAudience() != null) {
      for (String audience : described.getAudience()) {
        token.addAudience(audience);
      }
    }
  }

  private static long expiryOf(AccessToken token) {
    @Nullable Long exp = token.getExp();
    return exp == null ? 0 : exp;
  }

  private CorsErrorResponseException error(String error, String description, String eventError) {
    event.detail(Details.REASON, description);
    event.error(eventError);
    return new CorsErrorResponseException(cors, error, description, Response.Status.BAD_REQUEST);
  }
}

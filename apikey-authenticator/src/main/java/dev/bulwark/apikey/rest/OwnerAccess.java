package dev.bulwark.apikey.rest;

import dev.bulwark.apikey.key.limit.ScopeRules;
import dev.bulwark.apikey.manage.ApiKeyException;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.ProvenAddress;
import dev.bulwark.apikey.rest.message.ApiError;
import dev.bulwark.apikey.verify.RateLimitHeaders;
import jakarta.ws.rs.NotAuthorizedException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import java.util.Collection;
import java.util.Set;
import org.keycloak.common.util.Time;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.AccountRoles;
import org.keycloak.models.ClientModel;
import org.keycloak.models.Constants;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.cors.Cors;
import org.keycloak.services.managers.AppAuthManager;
import org.keycloak.services.managers.AuthenticationManager;
import org.keycloak.services.util.MtlsHoKTokenUtil;

/**
 * Who calls the owner's resource, and what that token may do. A token of just any application must
 * not be able to make a key that outlives it: its client must be marked with the attribute {@value
 * #ATTRIBUTE}, or the token must carry the role {@code manage-account} as for the Account API.
 */
record OwnerAccess(
    KeyOwner owner,
    UserModel user,
    ClientModel client,
    AccessToken token,
    UserSessionModel userSession) {

  /** Client attribute; {@code true} lets its tokens manage the keys of their user. */
  static final String ATTRIBUTE = "api-key.manage";

  /** Authenticates the bearer token, or answers 401 or 403. */
  static OwnerAccess require(KeycloakSession session) {
    RealmModel realm = session.getContext().getRealm();
    AuthenticationManager.AuthResult result = authenticate(session, realm);
    TokenOrigins.check(
            Cors.builder()
                .auth()
                .allowedMethods(OwnerResource.METHODS)
                // Scripts in browsers may read when to come again.
                .exposedHeaders(
                    RateLimitHeaders.POLICY, RateLimitHeaders.LIMIT, HttpHeaders.RETRY_AFTER),
            result.getToken())
        .add();
    UserModel user = result.getUser();
    ClientModel client = result.getClient();
    String serviceAccountOf = user.getServiceAccountClientLink();
    if (serviceAccountOf != null) {
      ClientModel owner = realm.getClientById(serviceAccountOf);
      if (owner == null || !owner.getId().equals(client.getId())) {
        throw ApiError.exception(403, "forbidden", "The service account belongs to another client");
      }
      return new OwnerAccess(
          new KeyOwner.Client(owner), user, client, result.getToken(), result.getSession());
    }
    if (!isMarked(client) && !managesAccount(result.getToken())) {
      throw ApiError.exception(
          403,
          "insufficient_scope",
          "Tokens of this client may not manage API keys: it needs the client attribute "
              + ATTRIBUTE
              + ", or the token the role manage-account");
    }
    return new OwnerAccess(
        new KeyOwner.User(user), user, client, result.getToken(), result.getSession());
  }

  private static AuthenticationManager.AuthResult authenticate(
      KeycloakSession session, RealmModel realm) {
    if (!realm.isEnabled()) {
      throw ApiError.exception(403, "access_denied", "Realm not enabled");
    }
    AuthenticationManager.AuthResult result;
    try {
      AppAuthManager.AuthHeader header =
          AppAuthManager.extractAuthorizationHeaderTokenOrReturnNull(
              session.getContext().getRequestHeaders());
      if (header == null) {
        throw unauthorized(realm, "invalid_request", "Bearer token required");
      }
      if (!namesAlgorithm(header.getToken())) {
        throw unauthorized(realm, "invalid_token", "The token is not valid here");
      }
      result = new AppAuthManager.BearerTokenAuthenticator(session).authenticate();
    } catch (NotAuthorizedException e) {
      throw unauthorized(realm, "invalid_token", "Bearer token required");
    }
    if (result == null) {
      throw unauthorized(realm, "invalid_token", "The token is not valid here");
    }
    if (!comesFromItsHolder(session, result.getToken())) {
      throw unauthorized(
          realm, "invalid_token", "The token is bound to a certificate that did not come with it");
    }
    return result;
  }

  /**
   * A certificate-bound token is good on a connection with that certificate only (RFC 8705, 3).
   * Keycloak 26.7 asks for it at the user-info endpoint, and not in its common authenticator.
   */
  private static boolean comesFromItsHolder(KeycloakSession session, AccessToken token) {
    AccessToken.Confirmation bound = token.getConfirmation();
    return bound == null
        || bound.getCertThumbprint() == null
        || MtlsHoKTokenUtil.verifyTokenBindingWithClientCertificate(
            token, session.getContext().getHttpRequest(), session);
  }

  /**
   * Keycloak 26.7 answers a token whose header has no {@code alg} with a server error ({@code
   * AuthenticationManager.verifyIdentityToken}).
   */
  private static boolean namesAlgorithm(String token) {
    try {
      return new JWSInput(token).getHeader().getAlgorithm() != null;
    } catch (JWSInputException e) {
      return false;
    }
  }

  private static boolean managesAccount(AccessToken token) {
    AccessToken.Access account = token.getResourceAccess(Constants.ACCOUNT_MANAGEMENT_CLIENT_ID);
    return account != null && account.isUserInRole(AccountRoles.MANAGE_ACCOUNT);
  }

  /**
   * Whether the user has logged in lately. Service accounts have no login: their token itself is
   * the proof.
   *
   * @param maxAgeSeconds 0 for any time
   */
  boolean loggedInWithin(int maxAgeSeconds) {
    return maxAgeSeconds == 0
        || owner instanceof KeyOwner.Client
        || Time.currentTime() - authenticatedAt() <= maxAgeSeconds;
  }

  /**
   * Answers 401 with the challenge of RFC 9470 unless the user has logged in lately.
   *
   * @param maxAgeSeconds 0 for any time
   */
  void requireRecentLogin(RealmModel realm, int maxAgeSeconds) {
    if (!loggedInWithin(maxAgeSeconds)) {
      throw new WebApplicationException(
          Response.fromResponse(
                  ApiError.response(
                      401,
                      "insufficient_user_authentication",
                      "A login within the last " + maxAgeSeconds + " seconds is needed"))
              .header(
                  HttpHeaders.WWW_AUTHENTICATE,
                  "Bearer realm=\""
                      + realm.getName()
                      + "\", error=\"insufficient_user_authentication\", max_age="
                      + maxAgeSeconds)
              .build());
    }
  }

  /**
   * Rejects a user whose e-mail address is not proven yet.
   *
   * @throws ApiKeyException as {@link ProvenAddress#require}
   */
  void requireProvenAddress(RealmModel realm) {
    if (owner instanceof KeyOwner.User) {
      ProvenAddress.require(realm, user);
    }
  }

  /**
   * Rejects scopes that the token does not have: a token that has leaked, or that an application
   * was given for less, must not make itself a key for more. The tokens of a client with the mark,
   * of the account console, and of a service account for its own keys may give any scope that the
   * owner may get.
   *
   * @throws ApiKeyException of kind {@link ApiKeyException.Kind#INSUFFICIENT_SCOPE}
   */
  void requireWithinToken(Collection<String> scopes) {
    if (owner instanceof KeyOwner.Client || isMarked(client) || isAccountConsole(client)) {
      return;
    }
    Set<String> own = ScopeRules.parse(token.getScope());
    Set<String> excess = ScopeRules.excess(scopes, own == null ? Set.of() : own);
    if (!excess.isEmpty()) {
      throw new ApiKeyException(
          ApiKeyException.Kind.INSUFFICIENT_SCOPE,
          "Without the client attribute "
              + ATTRIBUTE
              + ", a token of this client creates only keys with its own scopes. The token lacks: "
              + String.join(" ", excess));
    }
  }

  private static boolean isMarked(ClientModel client) {
    return Boolean.parseBoolean(client.getAttribute(ATTRIBUTE));
  }

  /** Keycloak's own client, whose tokens only pages of this server receive. */
  private static boolean isAccountConsole(ClientModel client) {
    return Constants.ACCOUNT_CONSOLE_CLIENT_ID.equals(client.getClientId());
  }

  /** Epoch seconds of the last real login: a refresh does not renew it. */
  private long authenticatedAt() {
    String note = userSession.getNote(AuthenticationManager.AUTH_TIME);
    if (note != null && note.matches("[0-9]{1,12}")) {
      return Long.parseLong(note);
    }
    Long claim = token.getAuth_time();
    return claim != null && claim > 0 ? claim : userSession.getStarted();
  }

  private static WebApplicationException unauthorized(
      RealmModel realm, String error, String detail) {
    return new WebApplicationException(
        Response.fromResponse(ApiError.response(401, error, detail))
            .header(
                HttpHeaders.WWW_AUTHENTICATE,
                "Bearer realm=\"" + realm.getName() + "\", error=\"" + error + "\"")
            .build());
  }
}

package dev.bulwark.globalrevocation;

import dev.bulwark.contract.Revocation;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.events.EventType;
import org.keycloak.jose.jws.JWSInput;
import org.keycloak.jose.jws.JWSInputException;
import org.keycloak.models.IdentityProviderModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.representations.idm.OAuth2ErrorRepresentation;
import org.keycloak.services.Urls;
import org.keycloak.services.managers.AppAuthManager;

/** {@code POST /realms/{realm}/global-token-revocation}. */
public final class GlobalRevocationResource {

  private static final Logger LOG = Logger.getLogger(GlobalRevocationResource.class);

  /** No request of the three formats is longer. */
  private static final int MAX_BODY = 8_192;

  private static final int RETRY_SECONDS = 5;

  /** How long an answer waits at most, from the commit on, for Redis to have everything. */
  private static final Duration CONFIRMATION_TIMEOUT = Duration.ofSeconds(10);

  private final KeycloakSession session;
  private final RejectedCallers rejected;
  private final Revocation revocation;

  GlobalRevocationResource(
      KeycloakSession session, RejectedCallers rejected, Revocation revocation) {
    this.session = session;
    this.rejected = rejected;
    this.revocation = revocation;
  }

  /**
   * Ends everything of the user that the body names: 204 when Redis has acknowledged all of it,
   * otherwise 503.
   *
   * @param body read up to {@value #MAX_BODY} bytes
   */
  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response revoke(@Nullable InputStream body) {
    RealmModel realm = session.getContext().getRealm();
    try {
      return revoke(realm, body);
    } catch (RequestException e) {
      if (e.status() == 503) {
        // With where it comes from: not every such failure of Keycloak's is that of a store.
        LOG.warnf(e.getCause(), "A global token revocation was not possible: %s", e.description());
      } else if (e.isOfAuthenticated()) {
        store(realm, e);
      }
      return answer(realm, e);
    }
  }

  private static Response answer(RealmModel realm, RequestException e) {
    String error = e.error();
    Response.ResponseBuilder answer =
        error == null ? response(e.status()) : error(e.status(), error, e.description());
    e.retrySeconds().ifPresent(seconds -> answer.header(HttpHeaders.RETRY_AFTER, seconds));
    e.challenge(realm.getName())
        .ifPresent(challenge -> answer.header(HttpHeaders.WWW_AUTHENTICATE, challenge));
    return answer.build();
  }

  private Response revoke(RealmModel realm, @Nullable InputStream body) {
    if (!realm.isEnabled()) {
      throw RequestException.denied("The realm is disabled");
    }
    String realmIssuer =
        Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName());
    IssuerCallers issuers =
        new IssuerCallers(session, realmIssuer + '/' + GlobalRevocationProviderFactory.ID);
    Caller caller = accepted(realm, issuers);
    SubjectIdentifier subject = SubjectIdentifier.read(read(body));
    String userId =
        UserStores.translateFailures(
            () -> {
              String id =
                  new SubjectUsers(session, realmIssuer, issuers).find(subject, caller).getId();
              end(realm, id, caller.name());
              return id;
            });
    // The commit waits for Redis as long as an option says, and does not tell what came of it.
    if (!revocation.confirm(realm.getId(), userId, CONFIRMATION_TIMEOUT)) {
      return error(
              503,
              "temporarily_unavailable",
              "Everything has ended in Keycloak, but Redis has not confirmed it: applications that"
                  + " check tokens there may not know of it yet")
          .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
          .build();
    }
    return Response.noContent().build();
  }

  /** In a transaction of its own, so that the answer can tell how it ended. */
  private void end(RealmModel realm, String userId, String caller) {
    KeycloakModelUtils.runJobInTransaction(
        session.getKeycloakSessionFactory(),
        session.getContext(),
        own -> {
          RealmModel ownRealm = own.realms().getRealm(realm.getId());
          own.getContext().setRealm(ownRealm);
          UserModel user = own.users().getUserById(ownRealm, userId);
          if (user != null) {
            new UserRevocation(own).end(user, caller);
          }
        });
  }

  /**
   * Stores nothing of a caller that it rejects, for anybody may be that. An address with too many
   * of them is told so; a caller with a good token behind it is served.
   */
  private Caller accepted(RealmModel realm, IssuerCallers issuers) {
    try {
      return authenticate(issuers);
    } catch (RequestException e) {
      long wait =
          rejected.count(realm.getId(), session.getContext().getConnection().getRemoteHost());
      if (wait > 0) {
        throw RequestException.tooMany(wait);
      }
      LOG.debugf("A caller of the global token revocation was rejected: %s", e.description());
      throw e;
    }
  }

  private Caller authenticate(IssuerCallers issuers) {
    AppAuthManager.AuthHeader header =
        AppAuthManager.extractAuthorizationHeaderTokenOrReturnNull(
            session.getContext().getRequestHeaders());
    if (header == null) {
      throw RequestException.unauthenticated();
    }
    JWSInput jws;
    try {
      jws = new JWSInput(header.getToken());
    } catch (JWSInputException e) {
      throw RequestException.unauthorized("The bearer token is no JWT");
    }
    if (jws.getHeader().getRawAlgorithm() == null) {
      throw RequestException.unauthorized("The bearer token names no algorithm");
    }
    Optional<IdentityProviderModel> provider =
        issuers.provider(IssuerCallers.read(jws).getIssuer());
    return provider.isPresent()
        ? issuers.authenticate(jws, provider.get())
        : new ClientCallers(session).authenticate(jws);
  }

  private static byte[] read(@Nullable InputStream body) {
    if (body == null) {
      return new byte[0];
    }
    try {
      byte[] read = body.readNBytes(MAX_BODY + 1);
      if (read.length > MAX_BODY) {
        throw RequestException.invalid("The body is longer than " + MAX_BODY + " bytes");
      }
      return read;
    } catch (IOException e) {
      throw RequestException.invalid("The body cannot be read");
    }
  }

  private void store(RealmModel realm, RequestException e) {
    new EventBuilder(realm, session, session.getContext().getConnection())
        .event(EventType.LOGOUT)
        .detail(Details.REASON, Revocation.REASON + ": " + e.description())
        .error(Errors.NOT_ALLOWED);
  }

  private static Response.ResponseBuilder error(int status, String error, String description) {
    return response(status)
        .type(MediaType.APPLICATION_JSON_TYPE)
        .entity(new OAuth2ErrorRepresentation(error, description));
  }

  private static Response.ResponseBuilder response(int status) {
    return Response.status(status).header(HttpHeaders.CACHE_CONTROL, "no-store");
  }
}

package dev.bulwark.example.quarkus;

import dev.bulwark.checker.CheckerOptions;
import dev.bulwark.checker.RevocationChecker;
import dev.bulwark.checker.TokenRef;
import dev.bulwark.checker.jedis.JedisAccess;
import dev.bulwark.checker.jedis.JedisSettings;
import io.quarkus.security.identity.AuthenticationRequestContext;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.SecurityIdentityAugmentor;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Instant;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.jwt.JsonWebToken;

/**
 * Asks Redis about each access token that Quarkus has verified. A revoked token, one that is no
 * access token, or one that is bound to a certificate or key, gets 401; where nobody can tell, the
 * answer is 503.
 */
@ApplicationScoped
public class Revocation implements SecurityIdentityAugmentor {

  private final RevocationChecker checker;

  Revocation(@ConfigProperty(name = "bulwark.redis-url") String url) {
    checker =
        new RevocationChecker(
            JedisAccess.of(url, JedisSettings.defaults()), CheckerOptions.failClosed());
  }

  /** On a worker thread: the question to Redis must not block the event loop. */
  @Override
  public Uni<SecurityIdentity> augment(
      SecurityIdentity identity, AuthenticationRequestContext context) {
    if (!(identity.getPrincipal() instanceof JsonWebToken token)) {
      return Uni.createFrom().item(identity);
    }
    return context.runBlocking(
        () -> {
          // An ID token may have the same audience, and its id is never among the revoked ones.
          // Keycloak writes "bearer" for clients that want the type in lower case.
          Object type = token.getClaim("typ");
          if (!"Bearer".equalsIgnoreCase(String.valueOf(type))) {
            throw new RejectedTokenException(401);
          }
          // Bound to a certificate or key (mTLS, DPoP): nobody here checks the proof of possession.
          if (token.getClaim("cnf") != null) {
            throw new RejectedTokenException(401);
          }
          Instant issued = Instant.ofEpochSecond(token.getIssuedAtTime());
          switch (checker.check(new TokenRef(token.getTokenID(), token.getIssuer(), issued))) {
            case LIVE, LIVE_STALE -> {
              return identity;
            }
            case REVOKED, MALFORMED -> throw new RejectedTokenException(401);
            default -> throw new RejectedTokenException(503);
          }
        });
  }

  void addFailureHandler(@Observes Router router) {
    router.route().failureHandler(Revocation::answer);
  }

  private static void answer(RoutingContext request) {
    if (!(request.failure() instanceof RejectedTokenException rejected)) {
      request.next();
      return;
    }
    request.response().setStatusCode(rejected.status).putHeader("Cache-Control", "no-store");
    if (rejected.status == 401) {
      request.response().putHeader("WWW-Authenticate", "Bearer error=\"invalid_token\"");
    } else {
      request.response().putHeader("Retry-After", "5");
    }
    request.end();
  }

  @PreDestroy
  void close() {
    checker.close();
  }

  /** A token that must not be used, or about which nobody can tell. */
  private static final class RejectedTokenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    RejectedTokenException(int status) {
      super("The token is rejected with status " + status, null, false, false);
      this.status = status;
    }
  }
}

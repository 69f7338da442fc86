package dev.bulwark.statuslist;

import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientScopeModel;
import org.keycloak.models.ClientSessionContext;
import org.keycloak.models.KeycloakSession;
import org.keycloak.protocol.oidc.token.TokenPostProcessor;
import org.keycloak.protocol.oidc.token.TokenPostProcessorContext;
import org.keycloak.representations.AccessToken;

/**
 * Gives the access tokens of clients that opt in the claim {@code status} and an id that names
 * their place.
 */
final class StatusClaimProvider implements TokenPostProcessor {

  /** Client scope, and attribute of a client with the value {@code true}. */
  static final String OPT_IN = "token-status";

  private static final Logger LOG = Logger.getLogger(StatusClaimProvider.class);
  private static final String CLAIM = "status";

  private final KeycloakSession session;
  private final @Nullable TokenStatus status;

  StatusClaimProvider(KeycloakSession session, @Nullable TokenStatus status) {
    this.session = session;
    this.status = status;
  }

  @Override
  public void process(TokenPostProcessorContext context) {
    AccessToken token = context.accessToken();
    ClientSessionContext client = context.clientSessionCtx();
    TokenStatus running = status;
    // A response can be built twice.
    if (running == null
        || token == null
        || client == null
        || token.getId() == null
        || token.getExp() == null
        || token.getOtherClaims().containsKey(CLAIM)
        || !optsIn(client)) {
      return;
    }
    try {
      running
          .supply()
          .take(client.getClientSession().getRealm().getId(), token.getExp())
          .ifPresent(
              place -> {
                token.setOtherClaims(
                    CLAIM,
                    Map.of(
                        "status_list",
                        Map.of("idx", place.index(), "uri", running.uri(session, place.list()))));
                token.id(place.appendTo(token.getId()));
              });
    } catch (RuntimeException e) {
      // A token without the claim beats no token.
      LOG.error(
          "A token was issued without the claim status. Applications that need it reject it", e);
    }
  }

  private static boolean optsIn(ClientSessionContext context) {
    return Boolean.parseBoolean(context.getClientSession().getClient().getAttribute(OPT_IN))
        || context.getClientScopesStream().map(ClientScopeModel::getName).anyMatch(OPT_IN::equals);
  }

  @Override
  public void close() {
    // Nothing is held.
  }
}

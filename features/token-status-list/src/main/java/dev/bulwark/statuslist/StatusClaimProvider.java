package dev.bulwark.statuslist;

import dev.bulwark.contract.ListedIds;
import dev.bulwark.contract.ListedIds.ListedId;
import dev.bulwark.contract.StatusReference;
import dev.bulwark.statuslist.store.IndexSupply;
import java.util.Map;
import java.util.Optional;
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
  private final @Nullable ListedIds ids;

  StatusClaimProvider(
      KeycloakSession session, @Nullable TokenStatus status, @Nullable ListedIds ids) {
    this.session = session;
    this.status = status;
    this.ids = ids;
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
      listedId(running.supply(), token, client.getClientSession().getRealm().getId())
          .ifPresent(
              id -> {
                StatusReference place = StatusReference.ofJti(id).orElseThrow();
                token.setOtherClaims(
                    CLAIM,
                    Map.of(
                        "status_list",
                        Map.of("idx", place.index(), "uri", running.uri(session, place.list()))));
                token.id(id);
              });
    } catch (RuntimeException e) {
      // A token without the claim beats no token.
      LOG.error(
          "A token was issued without the claim status. Applications that need it reject it", e);
    }
  }

  /** An id with a place: reserved beforehand, or else the token's own with the next place. */
  private Optional<String> listedId(IndexSupply supply, AccessToken token, String realmId) {
    long expiresAt = token.getExp();
    ListedIds reserved = ids;
    return Optional.ofNullable(reserved)
        .flatMap(
            source -> source.take(token.getId(), realmId, supply.windowEnd(expiresAt), expiresAt))
        .map(this::kept)
        .or(() -> supply.take(realmId, expiresAt).map(place -> place.appendTo(token.getId())));
  }

  private String kept(ListedId id) {
    session.setAttribute(ListedId.ATTRIBUTE + id.jti(), id);
    return id.jti();
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

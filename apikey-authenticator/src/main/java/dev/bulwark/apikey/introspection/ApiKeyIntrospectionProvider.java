package dev.bulwark.apikey.introspection;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.apikey.client.VerifyCallers;
import dev.bulwark.apikey.key.secret.ApiKeyFormat;
import dev.bulwark.apikey.manage.ApiKey;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.manage.ScopeCatalog;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import dev.bulwark.apikey.verify.KeyDoor;
import dev.bulwark.apikey.verify.Verification;
import dev.bulwark.contract.ApiKeyClaims;
import dev.bulwark.factory.RealmSwitches;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import org.keycloak.OAuth2Constants;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.events.EventBuilder;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.UserModel;
import org.keycloak.models.UserSessionModel;
import org.keycloak.protocol.oidc.AccessTokenIntrospectionProvider;
import org.keycloak.representations.AccessToken;
import org.keycloak.services.Urls;
import org.keycloak.util.JsonSerialization;

/**
 * Keycloak's introspection of access tokens, with two additions: a key token is described by the
 * scopes of its key alone and is inactive once the key is not good any more, and a raw key is
 * answered for.
 */
final class ApiKeyIntrospectionProvider extends AccessTokenIntrospectionProvider<AccessToken> {

  ApiKeyIntrospectionProvider(KeycloakSession session) {
    super(session);
  }

  @Override
  public Response introspect(String presented, EventBuilder event) {
    return isKey(presented) ? introspectKey(presented, event) : super.introspect(presented, event);
  }

  /**
   * A JWT has dots; no key of this module has. Foreign keys must be without dots to be seen here.
   */
  private boolean isKey(String presented) {
    return presented.indexOf('.') < 0
        && RealmSwitches.hasApiKeys(realm)
        && ApiKeyFormat.classify(presented, RealmLimits.of(realm).prefix())
            != ApiKeyFormat.Kind.MALFORMED;
  }

  private Response introspectKey(String presented, EventBuilder event) {
    ClientModel caller = session.getContext().getClient();
    if (!VerifyCallers.allows(caller)) {
      event.detail(Details.REASON, "api_key_caller_not_allowed").error(Errors.NOT_ALLOWED);
      return inactive();
    }
    KeyDoor.Outcome outcome =
        KeyDoor.of(ApiKeyProvider.verifier(session), event, ApiKeyIntrospectionProvider::inactive)
            .check(
                presented,
                VerifyCallers.address(
                    caller,
                    session.getContext().getRequestHeaders(),
                    session.getContext().getConnection().getRemoteHost()));
    if (outcome instanceof KeyDoor.Closed closed) {
      return closed.answer();
    }
    event.success();
    return answer(describe(((KeyDoor.Open) outcome).accepted()));
  }

  private ObjectNode describe(Verification.Accepted accepted) {
    ApiKey key = accepted.key();
    ObjectNode node = JsonSerialization.mapper.createObjectNode();
    node.put("active", true);
    node.put("token_type", "api_key");
    node.put("jti", key.id());
    node.put(ApiKeyClaims.KEY_ID, key.id());
    node.put("iss", Urls.realmIssuer(session.getContext().getUri().getBaseUri(), realm.getName()));
    node.put("iat", key.createdAt() / 1000);
    node.put(OAuth2Constants.SCOPE, String.join(" ", accepted.scopes()));
    Long end = key.data().end();
    if (end != null) {
      node.put("exp", end / 1000);
    }
    UserModel subject = new ScopeCatalog(session, realm).subject(key.owner());
    if (key.owner() instanceof KeyOwner.Client owner) {
      node.put(OAuth2Constants.CLIENT_ID, owner.model().getClientId());
    }
    if (subject == null) {
      node.put("sub", key.owner().id());
    } else {
      node.put("sub", subject.getId());
      node.put("username", subject.getUsername());
    }
    return node;
  }

  private static Response inactive() {
    return answer(JsonSerialization.mapper.createObjectNode().put("active", false));
  }

  private static Response answer(ObjectNode node) {
    return Response.ok(node.toString()).type(MediaType.APPLICATION_JSON_TYPE).build();
  }

  /**
   * Keycloak computes the mappers of an introspected token from all default scopes of the client,
   * which would show roles that the key does not have: here the token stands for itself.
   */
  @Override
  public AccessToken transformAccessToken(AccessToken presented, UserSessionModel session) {
    return presented.getOtherClaims().containsKey(ApiKeyClaims.KEY_ID)
        ? presented
        : super.transformAccessToken(presented, session);
  }

  /** A key that is gone, or not good any more, takes its tokens with it. */
  @Override
  protected boolean verifyTokenReuse() {
    Object keyId = token.getOtherClaims().get(ApiKeyClaims.KEY_ID);
    if (keyId == null) {
      return super.verifyTokenReuse();
    }
    String owner = user.getServiceAccountClientLink() == null ? user.getId() : null;
    Long issued = token.getIat();
    if (session
        .getProvider(ApiKeyProvider.class)
        .verifier(realm)
        .isTokenStillValid(String.valueOf(keyId), owner, issued == null ? 0 : issued)) {
      return true;
    }
    eventBuilder.detail(Details.REASON, "api_key_not_good_any_more").error(Errors.INVALID_TOKEN);
    return false;
  }
}

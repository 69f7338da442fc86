package dev.bulwark.apikey.authenticator;

import dev.bulwark.apikey.grant.ApiKeyGrantType;
import dev.bulwark.apikey.grant.KeyTokens;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.manage.RealmLimits;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import dev.bulwark.apikey.verify.ApiKeyHeader;
import dev.bulwark.apikey.verify.KeyDoor;
import dev.bulwark.apikey.verify.TokenErrors;
import dev.bulwark.apikey.verify.Verification;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.AuthenticationFlowContext;
import org.keycloak.authentication.Authenticator;
import org.keycloak.events.Details;
import org.keycloak.events.Errors;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.ModelDuplicateException;
import org.keycloak.models.RealmModel;
import org.keycloak.models.UserModel;
import org.keycloak.models.utils.KeycloakModelUtils;
import org.keycloak.representations.idm.CredentialRepresentation;
import org.keycloak.services.cors.Cors;
import org.keycloak.services.managers.AuthenticationManager;

/**
 * A key in a request of the password grant. It answers the request itself, with the token that the
 * key grant issues: the password grant would go on to an ordinary session of the owner, with a
 * refresh token and all of the owner's roles. So nothing that stands behind it in the flow runs for
 * a key.
 */
final class ApiKeyDirectGrantAuthenticator implements Authenticator {

  private final KeycloakSession session;

  ApiKeyDirectGrantAuthenticator(KeycloakSession session) {
    this.session = session;
  }

  @Override
  public void authenticate(AuthenticationFlowContext context) {
    RealmModel realm = context.getRealm();
    MultivaluedMap<String, String> form = context.getHttpRequest().getDecodedFormParameters();
    DirectGrantKey key =
        DirectGrantKey.of(
            context.getHttpRequest().getHttpHeaders().getRequestHeader(ApiKeyHeader.NAME),
            form.getFirst(CredentialRepresentation.PASSWORD),
            RealmLimits.of(realm).prefix());
    if (key instanceof DirectGrantKey.Presented presented) {
      context.getEvent().detail(Details.AUTH_METHOD, "api-key");
      context.forceChallenge(
          KeyTokens.areSafe() ? answer(context, form, presented.key()) : unavailable(context));
    } else if (key instanceof DirectGrantKey.None && !context.getExecution().isRequired()) {
      context.attempted();
    } else {
      context.getEvent().detail(Details.REASON, "api_key_missing").error(Errors.INVALID_REQUEST);
      context.forceChallenge(
          TokenErrors.error(
              Response.Status.BAD_REQUEST,
              "invalid_request",
              "One API key is needed, in the header " + ApiKeyHeader.NAME + " or as password"));
    }
  }

  private static Response unavailable(AuthenticationFlowContext context) {
    context
        .getEvent()
        .detail(Details.REASON, KeyTokens.REASON)
        .error(Errors.INVALID_USER_CREDENTIALS);
    return TokenErrors.error(
        Response.Status.BAD_REQUEST, "unsupported_grant_type", KeyTokens.DESCRIPTION);
  }

  private Response answer(
      AuthenticationFlowContext context, MultivaluedMap<String, String> form, String presented) {
    KeyDoor.Outcome outcome =
        KeyDoor.of(ApiKeyProvider.verifier(session), context.getEvent(), ApiKeyGrantType::rejected)
            .check(presented, context.getConnection().getRemoteHost());
    if (outcome instanceof KeyDoor.Closed closed) {
      return closed.answer();
    }
    Verification.Accepted accepted = ((KeyDoor.Open) outcome).accepted();
    if (!isNamed(context.getRealm(), form, accepted.key().owner())) {
      context
          .getEvent()
          .detail(Details.REASON, "api_key_of_another_user")
          .error(Errors.INVALID_USER_CREDENTIALS);
      return ApiKeyGrantType.rejected();
    }
    Cors cors = Cors.builder().auth().allowedMethods("POST");
    return new ApiKeyGrantType()
        .issueFor(ApiKeyGrantType.contextOf(session, form, context.getEvent(), cors), accepted);
  }

  /** Whether the request names the owner of the key, or nobody. */
  private boolean isNamed(RealmModel realm, MultivaluedMap<String, String> form, KeyOwner owner) {
    String name = form.getFirst(AuthenticationManager.FORM_USERNAME);
    if (name == null || name.isBlank()) {
      return true;
    }
    if (owner instanceof KeyOwner.Client client) {
      return client.model().getClientId().equals(name);
    }
    UserModel named = find(realm, name);
    return named != null && named.getId().equals(owner.id());
  }

  private @Nullable UserModel find(RealmModel realm, String name) {
    if (name.indexOf('\0') >= 0) {
      // PostgreSQL rejects a query with NUL.
      return null;
    }
    try {
      return KeycloakModelUtils.findUserByNameOrEmail(session, realm, name);
    } catch (ModelDuplicateException e) {
      // An address that several users have names nobody.
      return null;
    }
  }

  @Override
  public void action(AuthenticationFlowContext context) {}

  @Override
  public boolean requiresUser() {
    return false;
  }

  @Override
  public boolean configuredFor(KeycloakSession current, RealmModel realm, UserModel user) {
    return true;
  }

  @Override
  public void setRequiredActions(KeycloakSession current, RealmModel realm, UserModel user) {}

  @Override
  public void close() {}
}

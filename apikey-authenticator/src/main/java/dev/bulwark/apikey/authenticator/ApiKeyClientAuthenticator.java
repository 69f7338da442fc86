package dev.bulwark.apikey.authenticator;

import dev.bulwark.apikey.grant.KeyClientCredentialsGrantType;
import dev.bulwark.apikey.grant.KeyTokens;
import dev.bulwark.apikey.manage.KeyOwner;
import dev.bulwark.apikey.provider.ApiKeyProvider;
import dev.bulwark.apikey.verify.ApiKeyHeader;
import dev.bulwark.apikey.verify.KeyDoor;
import dev.bulwark.apikey.verify.TokenErrors;
import dev.bulwark.apikey.verify.Verification;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedHashMap;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.keycloak.OAuth2Constants;
import org.keycloak.authentication.AuthenticationFlowError;
import org.keycloak.authentication.ClientAuthenticationFlowContext;
import org.keycloak.authentication.authenticators.client.AbstractClientAuthenticator;
import org.keycloak.events.Details;
import org.keycloak.http.HttpRequest;
import org.keycloak.models.AuthenticationExecutionModel.Requirement;
import org.keycloak.models.ClientModel;
import org.keycloak.models.KeycloakSession;
import org.keycloak.models.RealmModel;
import org.keycloak.provider.ProviderConfigProperty;

/**
 * Authenticates a client by a key that it owns, at the token endpoint and for {@code
 * client_credentials} only. At all other endpoints, an authenticated client may do more than the
 * scopes of its key allow, so those requests are rejected.
 */
public final class ApiKeyClientAuthenticator extends AbstractClientAuthenticator {

  /** The id that clients and flows name; never change it. */
  public static final String ID = "client-api-key";

  private static final String TOKEN_ENDPOINT = "/protocol/openid-connect/token";

  @Override
  public void authenticateClient(ClientAuthenticationFlowContext context) {
    HttpRequest request = context.getHttpRequest();
    ClientCredentials sent = read(request);
    if (sent.clientId() == null) {
      context.challenge(
          TokenErrors.error(
              Response.Status.BAD_REQUEST, "invalid_client", "Missing client_id parameter"));
      return;
    }
    ClientModel client =
        context.getSession().clients().getClientByClientId(context.getRealm(), sent.clientId());
    if (client == null) {
      context.failure(AuthenticationFlowError.CLIENT_NOT_FOUND, null);
      return;
    }
    if (client.isPublicClient() || !ID.equals(client.getClientAuthenticatorType())) {
      // Another authenticator's client: its secret is none of ours to look up, or to count.
      context.attempted();
      return;
    }
    context.getEvent().client(client);
    context.setClient(client);
    if (!client.isEnabled()) {
      context.failure(AuthenticationFlowError.CLIENT_DISABLED, null);
    } else if (!KeyTokens.areSafe()) {
      context.getEvent().detail(Details.REASON, KeyTokens.REASON);
      reject(context, KeyTokens.DESCRIPTION);
    } else if (!isClientCredentials(request, context.getRealm())) {
      context.getEvent().detail(Details.REASON, "api_key_not_for_this_request");
      reject(
          context, "A client that authenticates with an API key may use client_credentials only");
    } else if (sent.key() == null) {
      context.getEvent().detail(Details.REASON, "api_key_missing");
      reject(context, TokenErrors.REJECTED);
    } else {
      verify(context, client, sent.key());
    }
  }

  private static ClientCredentials read(HttpRequest request) {
    HttpHeaders headers = request.getHttpHeaders();
    return ClientCredentials.of(
        headers.getRequestHeader(ApiKeyHeader.NAME),
        headers.getHeaderString(HttpHeaders.AUTHORIZATION),
        form(request));
  }

  private static MultivaluedMap<String, String> form(HttpRequest request) {
    MediaType type = request.getHttpHeaders().getMediaType();
    return type != null && type.isCompatible(MediaType.APPLICATION_FORM_URLENCODED_TYPE)
        ? request.getDecodedFormParameters()
        : new MultivaluedHashMap<>();
  }

  /** The whole path counts: {@code verify} takes requests of any path below its own. */
  private static boolean isClientCredentials(HttpRequest request, RealmModel realm) {
    String path = request.getUri().getPath();
    String relative = path.startsWith("/") ? path.substring(1) : path;
    return "POST".equals(request.getHttpMethod())
        && relative.equals("realms/" + realm.getName() + TOKEN_ENDPOINT)
        && List.of(OAuth2Constants.CLIENT_CREDENTIALS)
            .equals(form(request).get(OAuth2Constants.GRANT_TYPE));
  }

  private static void verify(
      ClientAuthenticationFlowContext context, ClientModel client, String presented) {
    KeycloakSession session = context.getSession();
    KeyDoor.Outcome outcome =
        KeyDoor.ofClients(
                ApiKeyProvider.verifier(session),
                context.getEvent(),
                () -> rejection(TokenErrors.REJECTED))
            .check(presented, context.getConnection().getRemoteHost());
    if (outcome instanceof KeyDoor.Closed closed) {
      context.failure(AuthenticationFlowError.INVALID_CLIENT_CREDENTIALS, closed.answer());
      return;
    }
    Verification.Accepted accepted = ((KeyDoor.Open) outcome).accepted();
    if (accepted.key().owner() instanceof KeyOwner.Client owner
        && owner.id().equals(client.getId())) {
      session.setAttribute(KeyClientCredentialsGrantType.ACCEPTED, accepted);
      context.success();
    } else {
      context.getEvent().detail(Details.REASON, "api_key_of_another_owner");
      reject(context, TokenErrors.REJECTED);
    }
  }

  private static void reject(ClientAuthenticationFlowContext context, String description) {
    context.failure(AuthenticationFlowError.INVALID_CLIENT_CREDENTIALS, rejection(description));
  }

  private static Response rejection(String description) {
    return TokenErrors.error(Response.Status.UNAUTHORIZED, "unauthorized_client", description);
  }

  @Override
  public String getId() {
    return ID;
  }

  @Override
  public String getDisplayType() {
    return "API Key";
  }

  @Override
  public String getHelpText() {
    return "Authenticates a client by an API key that it owns, for client_credentials only. The"
        + " token has at most the scopes of the key.";
  }

  @Override
  public boolean isConfigurable() {
    return false;
  }

  @Override
  public Requirement[] getRequirementChoices() {
    return new Requirement[] {Requirement.ALTERNATIVE, Requirement.DISABLED};
  }

  @Override
  public List<ProviderConfigProperty> getConfigProperties() {
    return List.of();
  }

  @Override
  public List<ProviderConfigProperty> getConfigPropertiesPerClient() {
    return List.of();
  }

  @Override
  public Map<String, Object> getAdapterConfiguration(KeycloakSession session, ClientModel client) {
    return Map.of();
  }

  /** What Keycloak 26.4 and 26.5 call in place of the method with a session. */
  public Map<String, Object> getAdapterConfiguration(ClientModel client) {
    return Map.of();
  }

  /** None: no method that OpenID Connect discovery has a name for. */
  @Override
  public Set<String> getProtocolAuthenticatorMethods(String loginProtocol) {
    return Set.of();
  }
}

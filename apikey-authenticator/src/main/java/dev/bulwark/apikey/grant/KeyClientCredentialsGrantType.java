package dev.bulwark.apikey.grant;

import dev.bulwark.apikey.verify.Verification;
import jakarta.ws.rs.core.Response;
import org.keycloak.protocol.oidc.grants.ClientCredentialsGrantType;

/**
 * Keycloak's {@code client_credentials}, except for a client that authenticated with its own key.
 * Such a client gets the token of the key, not a token with all permissions of the service account.
 */
public final class KeyClientCredentialsGrantType extends ClientCredentialsGrantType {

  /** Session attribute: the {@link Verification.Accepted} by which the client authenticated. */
  public static final String ACCEPTED = "bulwark.api-key.client";

  @Override
  public Response process(Context request) {
    Verification.Accepted accepted =
        request.getSession().getAttribute(ACCEPTED, Verification.Accepted.class);
    return accepted == null
        ? super.process(request)
        : new ApiKeyGrantType()
            .issueFor(
                ApiKeyGrantType.contextOf(
                    request.getSession(),
                    request.getFormParams(),
                    request.getEvent(),
                    request.getCors()),
                accepted);
  }
}

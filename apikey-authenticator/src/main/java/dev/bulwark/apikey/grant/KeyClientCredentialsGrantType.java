package dev.bulwark.apikey.grant;

import dev.bulwark.apikey.verify.Verification;
import jakarta.ws.rs.core.Response;
import org.keycloak.protocol.oidc.grants.ClientCredentialsGrantType;

/**
 * Keycloak's {@code client_credentials}, but for a client that has authenticated with a key of its
 * own: that one gets the token of the key, not one with all that the service account may do.
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

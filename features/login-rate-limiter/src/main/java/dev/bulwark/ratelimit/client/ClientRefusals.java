package dev.bulwark.ratelimit.client;

import dev.bulwark.limit.Decision;
import dev.bulwark.limit.Scope;
import dev.bulwark.ratelimit.LoginRateLimiterProvider;
import dev.bulwark.ratelimit.step.Refusals;
import org.keycloak.authentication.AuthenticationFlowError;
import org.keycloak.authentication.ClientAuthenticationFlowContext;
import org.keycloak.events.Details;
import org.keycloak.models.ClientModel;

/** The answer to a client from whose address too many wrong secrets have come. */
final class ClientRefusals {

  private ClientRefusals() {}

  static LoginRateLimiterProvider limiter(ClientAuthenticationFlowContext context) {
    return context.getSession().getProvider(LoginRateLimiterProvider.class);
  }

  /** Ends the authentication with 429; the event is Keycloak's for a wrong secret. */
  static void refuse(
      ClientAuthenticationFlowContext context, ClientModel client, Decision.Refused refusal) {
    context
        .getEvent()
        .client(client)
        .detail(Details.REASON, Refusals.EVENT_ERROR)
        .detail("limited_by", refusal.scope() == Scope.ADDRESS ? "address" : "client")
        .detail("retry_after", Long.toString(refusal.retryAfterSeconds()));
    context.failure(AuthenticationFlowError.INVALID_CLIENT_CREDENTIALS, Refusals.json(refusal));
  }
}

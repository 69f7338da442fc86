package dev.bulwark.ratelimit.client;

import dev.bulwark.limit.Decision;
import dev.bulwark.ratelimit.ClientSlot;
import dev.bulwark.ratelimit.step.LoginStep;
import org.keycloak.authentication.ClientAuthenticationFlowContext;
import org.keycloak.authentication.authenticators.client.AbstractJWTClientValidator;
import org.keycloak.authentication.authenticators.client.JWTClientSecretAuthenticator;
import org.keycloak.models.ClientModel;

/** {@code client-secret-jwt}, with the limit: who signs with a guess guesses the secret. */
public final class LimitedClientSecretJwt extends JWTClientSecretAuthenticator {

  @Override
  public boolean verifySignature(AbstractJWTClientValidator validator) {
    ClientAuthenticationFlowContext context = validator.getContext();
    ClientModel client = validator.getClient();
    try (ClientSlot slot =
        ClientRefusals.limiter(context).takeForClient(client.getClientId(), null)) {
      if (slot.taken() instanceof Decision.Refused refusal) {
        ClientRefusals.refuse(context, client, refusal);
        return false;
      }
      boolean right = false;
      try {
        right = super.verifySignature(validator);
        return right;
      } finally {
        if (!right) {
          // What other nodes have filled is heeded from the next request on.
          slot.wrong();
        }
      }
    }
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}

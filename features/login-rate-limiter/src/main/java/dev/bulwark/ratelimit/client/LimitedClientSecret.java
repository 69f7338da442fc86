package dev.bulwark.ratelimit.client;

import dev.bulwark.limit.Decision;
import dev.bulwark.ratelimit.ClientSlot;
import dev.bulwark.ratelimit.step.LoginStep;
import org.jspecify.annotations.Nullable;
import org.keycloak.authentication.ClientAuthenticationFlowContext;
import org.keycloak.authentication.FlowStatus;
import org.keycloak.authentication.authenticators.client.ClientIdAndSecretAuthenticator;
import org.keycloak.models.ClientModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/** {@code client-secret}, with the limit: at every endpoint where a client authenticates. */
public final class LimitedClientSecret extends ClientIdAndSecretAuthenticator {

  @Override
  public void authenticateClient(ClientAuthenticationFlowContext context) {
    SentSecret sent = SentSecret.of(context);
    ClientModel client = clientToTest(context, sent);
    if (client == null) {
      super.authenticateClient(context);
      return;
    }
    try (ClientSlot slot =
        ClientRefusals.limiter(context).takeForClient(client.getClientId(), sent.secret())) {
      if (slot.taken() instanceof Decision.Refused refusal) {
        // The flow heeds the answer only of a client that it knows.
        context.setClient(client);
        ClientRefusals.refuse(context, client, refusal);
        return;
      }
      super.authenticateClient(context);
      if (context.getStatus() == FlowStatus.SUCCESS) {
        slot.right();
      } else if (slot.wrong() instanceof Decision.Refused refusal) {
        ClientRefusals.refuse(context, client, refusal);
      }
    }
  }

  /** The client whose secret will be tested; null where none is, or where nobody heeds it. */
  private @Nullable ClientModel clientToTest(
      ClientAuthenticationFlowContext context, SentSecret sent) {
    if (sent.clientId() == null || sent.secret() == null) {
      return null;
    }
    ClientModel client =
        context.getSession().clients().getClientByClientId(context.getRealm(), sent.clientId());
    if (client == null || client.isPublicClient() || !client.isEnabled()) {
      return null;
    }
    String type = client.getClientAuthenticatorType();
    String authenticator =
        type == null ? KeycloakModelUtils.getDefaultClientAuthenticatorType() : type;
    return getId().equals(authenticator) ? client : null;
  }

  @Override
  public int order() {
    return LoginStep.ORDER;
  }
}

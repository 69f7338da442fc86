package dev.bulwark.globalrevocation;

import org.keycloak.models.ClientModel;
import org.keycloak.models.IdentityProviderModel;

/** Who asks for a revocation. */
sealed interface Caller {

  /** A client of the realm, which may name every user. */
  record Client(ClientModel client) implements Caller {}

  /** An identity provider of the realm, which may name the users that are linked with it. */
  record Issuer(IdentityProviderModel provider) implements Caller {}

  /** For the event. */
  default String name() {
    return this instanceof Client client
        ? "client:" + client.client().getClientId()
        : "identity-provider:" + ((Issuer) this).provider().getAlias();
  }
}

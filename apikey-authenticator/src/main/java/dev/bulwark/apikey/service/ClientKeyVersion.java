package dev.bulwark.apikey.service;

import org.jspecify.annotations.Nullable;
import org.keycloak.models.ClientModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A client attribute that changes with every change of the client's keys. Keycloak evicts a changed
 * client from the caches of all nodes, so a node that remembers a key sees at the next request that
 * its copy is old: no message of our own is needed.
 */
final class ClientKeyVersion {

  static final String ATTRIBUTE = "api-key.version";

  private ClientKeyVersion() {}

  static @Nullable String of(ClientModel client) {
    return client.getAttribute(ATTRIBUTE);
  }

  static void change(ClientModel client) {
    client.setAttribute(ATTRIBUTE, KeycloakModelUtils.generateId());
  }
}

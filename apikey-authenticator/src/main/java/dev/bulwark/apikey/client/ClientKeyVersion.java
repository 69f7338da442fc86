package dev.bulwark.apikey.client;

import org.keycloak.models.ClientModel;
import org.keycloak.models.utils.KeycloakModelUtils;

/**
 * A client attribute that changes with every change of the client's keys. Keycloak evicts a changed
 * client from the caches of all nodes, so a node that remembers a key sees at the next request that
 * its copy is old: no message of our own is needed.
 */
public final class ClientKeyVersion {

  static final String ATTRIBUTE = "api-key.version";

  private ClientKeyVersion() {}

  /** The version of now; empty for a client whose keys have never changed here. */
  public static String of(ClientModel client) {
    String version = client.getAttribute(ATTRIBUTE);
    return version == null ? "" : version;
  }

  /**
   * A client is written with all its attributes: by a console that was opened before a key was
   * revoked, or by an import of what was exported. The version that comes along is an old one, for
   * which nodes may remember keys that are gone.
   */
  static void written(ClientModel client) {
    if (client.getAttribute(ATTRIBUTE) != null) {
      change(client);
    }
  }

  /** Makes every node forget its copies of the client's keys. */
  public static void change(ClientModel client) {
    client.setAttribute(ATTRIBUTE, KeycloakModelUtils.generateId());
  }
}

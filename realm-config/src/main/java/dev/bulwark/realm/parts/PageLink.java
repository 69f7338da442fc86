package dev.bulwark.realm.parts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.http.command.KeycloakClient;

/**
 * The client that leads administrators from the admin console to the page of the bundle: its list
 * of clients shows the home URL as a link. It has no flow, no role and no secret.
 */
final class PageLink {

  static final String CLIENT_ID = "bulwark";

  private static final String PAGE = "overview-admin";

  /** Tells the client from one that somebody else has made under that id. */
  private static final String MARK = "bulwark.link";

  private PageLink() {}

  /** The address of the page, below that of Keycloak. */
  static String path(String realm) {
    return "/realms/" + KeycloakClient.encode(realm) + "/" + PAGE;
  }

  static ObjectNode client(String realm) {
    ObjectNode client = JsonNodeFactory.instance.objectNode();
    client.put("clientId", CLIENT_ID).put("name", "Bulwark");
    client.put("description", "Leads to the page of Bulwark. Nobody can log in by this client.");
    // With a host of its own for administrators, the page is there.
    client.put("rootUrl", "${authAdminUrl}").put("baseUrl", path(realm));
    client.put("enabled", true).put("publicClient", true).put("fullScopeAllowed", false);
    client.put("standardFlowEnabled", false).put("implicitFlowEnabled", false);
    client.put("directAccessGrantsEnabled", false).put("serviceAccountsEnabled", false);
    client.putArray("redirectUris");
    client.putArray("webOrigins");
    client.putArray("defaultClientScopes");
    client.putArray("optionalClientScopes");
    client.putObject("attributes").put(MARK, "true");
    return client;
  }

  /** Whether a client is this one. */
  static boolean is(JsonNode client) {
    return client.path("clientId").asText().equals(CLIENT_ID)
        && client.path("attributes").path(MARK).asText().equals("true");
  }
}

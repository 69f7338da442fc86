package dev.bulwark.it.ratelimit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import java.util.List;
import java.util.Map;

/** Clients of the realm {@code limits} that log their users in by flows of their own. */
final class Flows {

  private static final String REALM = "/realms/" + LimitedServer.REALM;

  private final AdminApi admin;

  Flows(AdminApi admin) {
    this.admin = admin;
  }

  /** Makes a public client whose browser flow is these authenticators, one after the other. */
  void browser(String clientId, String... authenticators) {
    client(clientId, "browser", authenticators);
  }

  /** The same for the password grant. */
  void grant(String clientId, String... authenticators) {
    client(clientId, "direct_grant", authenticators);
  }

  /** Makes the client authenticators alternatives of each other, and the flow that of the realm. */
  void clientAuthentication(String alias, String... authenticators) {
    flow(alias, "client-flow", "ALTERNATIVE", authenticators);
    admin.put(REALM, Json.of(Map.of("clientAuthenticationFlow", alias))).expect(204);
  }

  private void client(String clientId, String binding, String... authenticators) {
    String flow = flow("flow-of-" + clientId, "basic-flow", "REQUIRED", authenticators);
    admin
        .post(
            REALM + "/clients",
            Json.of(
                Map.of(
                    "clientId",
                    clientId,
                    "publicClient",
                    true,
                    "directAccessGrantsEnabled",
                    true,
                    "redirectUris",
                    List.of("http://127.0.0.1/*"),
                    "authenticationFlowBindingOverrides",
                    Map.of(binding, flow))))
        .expect(201);
  }

  private String flow(String alias, String kind, String requirement, String... authenticators) {
    String flows = REALM + "/authentication/flows";
    admin
        .post(flows, Json.of(Map.of("alias", alias, "providerId", kind, "topLevel", true)))
        .expect(201);
    for (String authenticator : authenticators) {
      admin
          .post(
              flows + "/" + alias + "/executions/execution",
              Json.of(Map.of("provider", authenticator)))
          .expect(201);
    }
    for (JsonNode execution : admin.get(flows + "/" + alias + "/executions").expect(200).json()) {
      ObjectNode required = ((ObjectNode) execution).put("requirement", requirement);
      admin.put(flows + "/" + alias + "/executions", required.toString());
    }
    for (JsonNode flow : admin.get(flows).expect(200).json()) {
      if (flow.get("alias").asText().equals(alias)) {
        return flow.get("id").asText();
      }
    }
    throw new AssertionError("no flow " + alias);
  }
}

package dev.bulwark.it.apikey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;

/** The set-up of the README, by admin REST: flows that take keys. */
public record KeyFlows(AdminApi admin) {

  private static final String FLOWS = "/realms/app/authentication/flows";

  /** Lets the client send keys in the password grant, besides passwords. */
  public void directGrant(String clientId) {
    admin
        .post(
            FLOWS,
            """
            {"alias": "password-or-key", "providerId": "basic-flow", "topLevel": true,
             "builtIn": false}
            """)
        .expect(201);
    execution("password-or-key", "api-key-direct-grant");
    admin
        .post(
            FLOWS + "/password-or-key/executions/flow",
            Json.object("alias", "password-only", "type", "basic-flow", "description", ""))
        .expect(201);
    execution("password-only", "direct-grant-validate-username");
    execution("password-only", "direct-grant-validate-password");
    for (JsonNode execution : executions("password-or-key")) {
      boolean top = execution.get("level").asInt() == 0;
      require("password-or-key", execution, top ? "ALTERNATIVE" : "REQUIRED");
    }
    bind(clientId, "password-or-key");
  }

  /** A flow of keys alone, for the client. */
  void directGrantOfKeysOnly(String clientId) {
    admin
        .post(
            FLOWS,
            """
            {"alias": "key-only", "providerId": "basic-flow", "topLevel": true,
             "builtIn": false}
            """)
        .expect(201);
    execution("key-only", "api-key-direct-grant");
    executions("key-only").forEach(execution -> require("key-only", execution, "REQUIRED"));
    bind(clientId, "key-only");
  }

  /** Lets clients of the realm authenticate with keys that they own. */
  void clientAuthentication() {
    admin.post(FLOWS + "/clients/copy", Json.object("newName", "clients-or-keys")).expect(201);
    execution("clients-or-keys", "client-api-key");
    for (JsonNode execution : executions("clients-or-keys")) {
      require("clients-or-keys", execution, "ALTERNATIVE");
    }
    admin
        .put("/realms/app", Json.object("clientAuthenticationFlow", "clients-or-keys"))
        .expect(204);
  }

  /** From now on the client authenticates with its keys. */
  void authenticatesByKey(String clientId) {
    ObjectNode client = client(clientId);
    client.put("clientAuthenticatorType", "client-api-key");
    admin.put("/realms/app/clients/" + client.get("id").asText(), client.toString()).expect(204);
  }

  private ObjectNode client(String clientId) {
    return (ObjectNode)
        admin.get("/realms/app/clients/" + admin.clientUuid(clientId)).expect(200).json();
  }

  private void bind(String clientId, String flow) {
    ObjectNode client = client(clientId);
    client.putObject("authenticationFlowBindingOverrides").put("direct_grant", id(flow));
    admin.put("/realms/app/clients/" + client.get("id").asText(), client.toString()).expect(204);
  }

  private String id(String alias) {
    for (JsonNode flow : admin.get(FLOWS).expect(200).json()) {
      if (flow.get("alias").asText().equals(alias)) {
        return flow.get("id").asText();
      }
    }
    throw new AssertionError("no flow " + alias);
  }

  private void execution(String flow, String provider) {
    admin
        .post(FLOWS + "/" + flow + "/executions/execution", Json.object("provider", provider))
        .expect(201);
  }

  private JsonNode executions(String flow) {
    return admin.get(FLOWS + "/" + flow + "/executions").expect(200).json();
  }

  private void require(String flow, JsonNode execution, String requirement) {
    ((ObjectNode) execution).put("requirement", requirement);
    int status = admin.put(FLOWS + "/" + flow + "/executions", execution.toString()).status();
    if (status != 202 && status != 204) {
      throw new AssertionError("status " + status + " for " + execution);
    }
  }
}

package dev.bulwark.it.importing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the flows of a file by the calls of the Admin API that keycloak-config-cli makes for a new
 * realm (state of April 2026): a flow, its steps one after the other, and what each of them needs.
 * Of a built-in flow it sets the requirements of the steps.
 */
final class FlowsStepByStep {

  private static final String AUTHENTICATION = "/realms/app/authentication";

  private final AdminApi admin;
  private final JsonNode realm;

  /**
   * Prepares the flows of a file.
   *
   * @param realm with which the realm {@code app} has been made, without its flows
   */
  FlowsStepByStep(AdminApi admin, JsonNode realm) {
    this.admin = admin;
    this.realm = realm;
  }

  void make() {
    for (JsonNode flow : realm.get("authenticationFlows")) {
      if (flow.get("builtIn").asBoolean()) {
        flow.get("authenticationExecutions").forEach(step -> require(flow, step));
      } else if (flow.get("topLevel").asBoolean()) {
        admin.post(AUTHENTICATION + "/flows", flow.toString()).expect(201);
        makeSteps(flow, id(flow.get("alias").asText()));
      }
    }
  }

  private void makeSteps(JsonNode flow, String id) {
    for (JsonNode step : flow.get("authenticationExecutions")) {
      if (step.get("autheticatorFlow").asBoolean()) {
        makeSubFlow(flow, step);
      } else {
        ObjectNode execution = json().put("parentFlow", id).put("autheticatorFlow", false);
        execution.set("authenticator", step.get("authenticator"));
        execution.set("requirement", step.get("requirement"));
        execution.set("priority", step.get("priority"));
        admin.post(AUTHENTICATION + "/executions", execution.toString()).expect(201);
        configure(step, stored(flow, step));
      }
    }
  }

  private void makeSubFlow(JsonNode parent, JsonNode step) {
    JsonNode flow = flow(step.get("flowAlias").asText());
    ObjectNode body = json();
    body.set("alias", flow.get("alias"));
    body.set("provider", step.path("authenticator"));
    body.set("type", flow.get("providerId"));
    body.set("description", flow.path("description"));
    body.set("authenticator", flow.get("providerId"));
    admin.post(executions(parent) + "/flow", body.toString()).expect(201);
    require(parent, step);
    for (JsonNode inner : flow.get("authenticationExecutions")) {
      if (inner.get("autheticatorFlow").asBoolean()) {
        makeSubFlow(flow, inner);
      } else {
        ObjectNode execution = json();
        execution.set("provider", inner.get("authenticator"));
        admin.post(executions(flow) + "/execution", execution.toString()).expect(201);
        configure(inner, stored(flow, inner));
        require(flow, inner);
      }
    }
  }

  /** A new step is disabled. */
  private void require(JsonNode flow, JsonNode step) {
    ObjectNode stored = stored(flow, step);
    stored.set("requirement", step.get("requirement"));
    // 202, or 204 where it is no change.
    assertThat(admin.put(executions(flow), stored.toString()).status()).isIn(202, 204);
  }

  private void configure(JsonNode step, JsonNode stored) {
    JsonNode name = step.path("authenticatorConfig");
    for (JsonNode config : realm.get("authenticatorConfig")) {
      if (config.get("alias").equals(name)) {
        String path = AUTHENTICATION + "/executions/" + stored.get("id").asText() + "/config";
        admin.post(path, config.toString()).expect(201);
        return;
      }
    }
    assertThat(name.isMissingNode()).as("settings %s", name).isTrue();
  }

  /** The one step of the flow or its sub-flows that is like this one, as the tool looks for it. */
  private ObjectNode stored(JsonNode flow, JsonNode step) {
    List<ObjectNode> found = new ArrayList<>();
    for (JsonNode stored : admin.get(executions(flow)).expect(200).json()) {
      if (stored.path("providerId").asText().equals(step.path("authenticator").asText())
          && (!step.has("flowAlias") || stored.get("displayName").equals(step.get("flowAlias")))) {
        found.add((ObjectNode) stored);
      }
    }
    assertThat(found).as("%s in %s", step, flow.get("alias")).hasSize(1);
    return found.get(0);
  }

  private JsonNode flow(String alias) {
    for (JsonNode flow : realm.get("authenticationFlows")) {
      if (flow.get("alias").asText().equals(alias)) {
        return flow;
      }
    }
    throw new AssertionError("no flow " + alias);
  }

  private String id(String alias) {
    for (JsonNode flow : admin.get(AUTHENTICATION + "/flows").expect(200).json()) {
      if (flow.get("alias").asText().equals(alias)) {
        return flow.get("id").asText();
      }
    }
    throw new AssertionError("no flow " + alias);
  }

  private static String executions(JsonNode flow) {
    String alias = Http.encode(flow.get("alias").asText()).replace("+", "%20");
    return AUTHENTICATION + "/flows/" + alias + "/executions";
  }

  private static ObjectNode json() {
    return new ObjectMapper().createObjectNode();
  }
}

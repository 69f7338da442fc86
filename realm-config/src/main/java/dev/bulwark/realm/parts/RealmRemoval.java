package dev.bulwark.realm.parts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.http.command.KeycloakClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Takes the bundle out of a realm, so that the realm works in a Keycloak without it. What is not
 * there is left alone, so it can be repeated. Not for use by several threads.
 */
final class RealmRemoval {

  private static final String FLOWS = "/authentication/flows";
  private static final String ACTIONS = "/authentication/required-actions";
  private static final String PROFILE = "/users/profile";
  private static final String PROVIDERS = "/identity-provider/instances";
  private static final int PAGE = 500;

  private final RealmAdmin realm;
  private final boolean dryRun;
  private final Consumer<String> output;
  private final List<JsonNode> clients = new ArrayList<>();

  private int left;

  /**
   * Prepares it.
   *
   * @param dryRun whether nothing is changed
   * @param output gets a line for each change
   */
  RealmRemoval(RealmAdmin realm, boolean dryRun, Consumer<String> output) {
    this.realm = realm;
    this.dryRun = dryRun;
    this.output = output;
  }

  /** Does it, and returns how many things an administrator has to do. */
  int run() throws IOException {
    readClients();
    ObjectNode settings = (ObjectNode) realm.get("");
    removeFromFlows(settings);
    removeFromProfile();
    removeMappers();
    removeActions();
    removeLinkAndTellOthers();
    // Last: its event listeners tell of the other changes.
    ObjectNode without = settings.deepCopy();
    List<String> changes = RealmSettings.remove(without);
    if (!changes.isEmpty()) {
      put("", RealmSettings.difference(settings, without), changes);
    }
    return left;
  }

  private void readClients() throws IOException {
    int read;
    do {
      JsonNode page = realm.get("/clients?first=" + clients.size() + "&max=" + PAGE);
      read = page.size();
      page.forEach(clients::add);
    } while (read == PAGE);
  }

  private void removeFromFlows(JsonNode settings) throws IOException {
    for (JsonNode flow : realm.get(FLOWS)) {
      String alias = flow.path("alias").asText();
      String path = FLOWS + "/" + KeycloakClient.encode(alias) + "/executions";
      JsonNode executions = realm.get(path);
      for (JsonNode execution : FlowSteps.toDisable(executions)) {
        ObjectNode disabled = execution.deepCopy();
        put(
            path,
            disabled.put("requirement", "DISABLED"),
            List.of("flow " + alias + ": " + FlowSteps.name(execution) + " disabled"));
      }
      if (FlowSteps.takesApiKeys(executions)) {
        leaveOrDelete(flow, alias, settings);
      }
    }
  }

  private void leaveOrDelete(JsonNode flow, String alias, JsonNode settings) throws IOException {
    String id = flow.path("id").asText();
    List<String> users =
        clients.stream()
            .filter(client -> names(client.path("authenticationFlowBindingOverrides"), id))
            .map(client -> "client " + client.path("clientId").asText())
            .toList();
    if (settings.path("directGrantFlow").asText().equals(alias)) {
      leave("flow " + alias + " takes API keys: bind another one as direct grant flow");
    } else if (!users.isEmpty()) {
      users.forEach(user -> leave(user + ": give it another flow than " + alias));
    } else if (!flow.path("builtIn").asBoolean()) {
      say("flow " + alias + " deleted: it takes API keys, and nothing uses it");
      if (!dryRun) {
        realm.delete(FLOWS + "/" + id);
      }
    }
  }

  private static boolean names(JsonNode overrides, String flow) {
    return overrides.properties().stream()
        .map(Map.Entry::getValue)
        .anyMatch(id -> id.asText().equals(flow));
  }

  private void removeFromProfile() throws IOException {
    ObjectNode profile = (ObjectNode) realm.get(PROFILE);
    List<String> changes = new ArrayList<>();
    for (JsonNode attribute : profile.path("attributes")) {
      if (attribute.get("validations") instanceof ObjectNode validations) {
        for (String validator : BundleNames.VALIDATORS) {
          if (validations.remove(validator) != null) {
            changes.add(
                "user profile: validator %s of %s removed"
                    .formatted(validator, attribute.path("name").asText()));
          }
        }
      }
    }
    if (!changes.isEmpty()) {
      put(PROFILE, profile, changes);
    }
  }

  private void removeMappers() throws IOException {
    for (JsonNode provider : realm.get(PROVIDERS)) {
      String alias = provider.path("alias").asText();
      String path = PROVIDERS + "/" + KeycloakClient.encode(alias) + "/mappers";
      for (JsonNode mapper : realm.get(path)) {
        if (BundleNames.MAPPERS.contains(mapper.path("identityProviderMapper").asText())) {
          say(
              "identity provider %s: mapper %s deleted"
                  .formatted(alias, mapper.path("name").asText()));
          if (!dryRun) {
            realm.delete(path + "/" + mapper.path("id").asText());
          }
        }
      }
    }
  }

  private void removeActions() throws IOException {
    for (JsonNode action : realm.get(ACTIONS)) {
      String alias = action.path("alias").asText();
      if (BundleNames.ACTIONS.contains(action.path("providerId").asText())
          && action.path("enabled").asBoolean()) {
        ObjectNode disabled = action.deepCopy();
        put(
            ACTIONS + "/" + KeycloakClient.encode(alias),
            disabled.put("enabled", false).put("defaultAction", false),
            List.of("required action " + alias + " disabled"));
      }
    }
  }

  private void removeLinkAndTellOthers() throws IOException {
    for (JsonNode client : clients) {
      if (PageLink.is(client)) {
        say("client " + PageLink.CLIENT_ID + " deleted");
        if (!dryRun) {
          realm.delete("/clients/" + client.path("id").asText());
        }
        continue;
      }
      String name = "client " + client.path("clientId").asText();
      if (client.path("clientAuthenticatorType").asText().equals(BundleNames.API_KEY_CLIENT)) {
        leave(name + ": give it another client authenticator than API keys");
      }
      if (client.path("attributes").path("login_theme").asText().equals(BundleNames.THEME)) {
        leave(name + ": give it another login theme");
      }
    }
  }

  private void put(String path, JsonNode body, List<String> changes) throws IOException {
    changes.forEach(this::say);
    if (!dryRun) {
      realm.put(path, body);
    }
  }

  private void say(String change) {
    output.accept(realm.realm() + ": " + change);
  }

  private void leave(String task) {
    left++;
    output.accept(realm.realm() + ": by hand: " + task);
  }
}

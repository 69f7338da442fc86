package dev.bulwark.realm.parts;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.http.command.CommandException;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Switches parts of the bundle on in a realm. What is on is left alone, so it can be repeated. Not
 * for use by several threads.
 */
final class RealmPreparation {

  private static final String ACTIONS = "/authentication/required-actions";

  private final RealmAdmin realm;
  private final boolean dryRun;
  private final Consumer<String> output;

  /**
   * Prepares it.
   *
   * @param dryRun whether nothing is changed
   * @param output gets a line for each change
   */
  RealmPreparation(RealmAdmin realm, boolean dryRun, Consumer<String> output) {
    this.realm = realm;
    this.dryRun = dryRun;
    this.output = output;
  }

  /**
   * Requires that the server has the providers of the parts.
   *
   * @param serverInfo of Keycloak's Admin REST
   * @throws CommandException if it lacks one
   */
  static void require(Set<Part> parts, JsonNode serverInfo) {
    for (Part part : parts) {
      boolean has =
          part == Part.THEME
              ? serverInfo.at("/themes/login").findValuesAsText("name").contains(part.provider())
              : serverInfo
                  .path("providers")
                  .path(part.spi())
                  .path("providers")
                  .has(part.provider());
      if (!has) {
        throw new CommandException(
            "the server has no %s %s: the bundle is not installed, or the part is switched off"
                .formatted(part == Part.THEME ? "theme" : part.spi(), part.provider()));
      }
    }
  }

  /** Does it. */
  void run(Set<Part> parts) throws IOException {
    ObjectNode settings = (ObjectNode) realm.get("");
    ObjectNode with = settings.deepCopy();
    List<String> changes = RealmSettings.add(with, parts);
    boolean changed = !changes.isEmpty();
    if (changed) {
      changes.forEach(this::say);
      if (!dryRun) {
        realm.put("", RealmSettings.difference(settings, with));
      }
    }
    if (parts.contains(Part.KEYS)) {
      changed |= enableAction();
    }
    changed |= link();
    if (!changed) {
      say("nothing to change");
    }
  }

  private boolean enableAction() throws IOException {
    String name = BundleNames.API_KEYS;
    JsonNode registered = action(name);
    if (registered.path("enabled").asBoolean()) {
      return false;
    }
    say("required action " + name + " enabled");
    if (dryRun) {
      return true;
    }
    if (registered.isMissingNode()) {
      // Registering enables it.
      realm.post(
          "/authentication/register-required-action",
          JsonNodeFactory.instance
              .objectNode()
              .put("providerId", name)
              .put("name", "Create API Key"));
      registered = action(name);
    }
    if (registered instanceof ObjectNode action && !action.path("enabled").asBoolean()) {
      realm.put(ACTIONS + "/" + name, action.put("enabled", true));
    }
    return true;
  }

  private boolean link() throws IOException {
    String id = PageLink.CLIENT_ID;
    for (JsonNode client : realm.get("/clients?clientId=" + id)) {
      if (PageLink.is(client)) {
        return false;
      }
      say(
          "client %s is somebody's own and stays; the page of the bundle is %s"
              .formatted(id, PageLink.path(realm.realm())));
      return true;
    }
    say("client " + id + " created: its home URL leads to the page of the bundle");
    if (!dryRun) {
      realm.post("/clients", PageLink.client(realm.realm()));
    }
    return true;
  }

  private JsonNode action(String name) throws IOException {
    for (JsonNode action : realm.get(ACTIONS)) {
      if (action.path("alias").asText().equals(name)) {
        return action;
      }
    }
    return JsonNodeFactory.instance.missingNode();
  }

  private void say(String change) {
    output.accept(realm.realm() + ": " + change);
  }
}

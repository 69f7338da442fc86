package dev.bulwark.it.breached;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.OwnServer;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.ServerSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A Keycloak of its own, with options of the policy. Always a process of this machine: the options
 * name its files.
 */
final class PolicyServer implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final OwnServer keycloak;

  private PolicyServer(OwnServer keycloak) {
    this.keycloak = keycloak;
  }

  static ServerSpec.Builder spec(Map<String, String> options) {
    ServerSpec.Builder spec = TestStack.spec("breached", TestStack.get().redisOf("breached"));
    // The form takes a password only in a realm that does not ask for proof of the address.
    spec.environment("VERIFY_EMAIL", "false");
    options.forEach(
        (name, value) -> spec.option("spi-password-policy--breached-password--" + name, value));
    return spec;
  }

  static PolicyServer start(Map<String, String> options) {
    return new PolicyServer(OwnServer.start(spec(options)));
  }

  AdminApi admin() {
    return keycloak.admin();
  }

  Realm realm() {
    return new Realm(keycloak.url(), "app");
  }

  String log() {
    return keycloak.log();
  }

  String metrics() {
    return Http.get(keycloak.managementUrl() + "/metrics").expect(200).body();
  }

  /** Sets a password as an administrator does. */
  Response setPassword(String user, String password) {
    ObjectNode body =
        JSON.createObjectNode()
            .put("type", "password")
            .put("value", password)
            .put("temporary", false);
    return admin()
        .put("/realms/app/users/" + admin().userId(user) + "/reset-password", body.toString());
  }

  Response setPolicy(String policy) {
    return admin()
        .put("/realms/app", JSON.createObjectNode().put("passwordPolicy", policy).toString());
  }

  /** Details of the stored events that say that the service was unreachable, newest first. */
  List<JsonNode> unreachableEvents() {
    List<JsonNode> details = new ArrayList<>();
    for (JsonNode event :
        admin().get("/realms/app/events?type=UPDATE_CREDENTIAL_ERROR&max=500").expect(200).json()) {
      if ("breached_password_service_unreachable".equals(event.path("error").asText())) {
        details.add(event.get("details"));
      }
    }
    return details;
  }

  void clearEvents() {
    admin().delete("/realms/app/events").expect(204);
  }

  @Override
  public void close() {
    keycloak.close();
  }
}

package dev.bulwark.it.production;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.password.Commands;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.KeycloakServer;
import dev.bulwark.server.ServerSpec;
import dev.bulwark.testing.Programs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * L8: {@code deploy/docker/harden-master} against a new server, whose realm {@code master} is as
 * Keycloak makes it. The class has a server of its own: the others need its temporary
 * administrator.
 */
class MasterRealmIT {

  private static final String NAMED = "ada";
  private static final String NAMED_PASSWORD = "a \"battery\" of ada & co";
  private static final String OPS_SECRET = "secret-of-the-ops-client";

  private final Path script = Repository.root().resolve("deploy/docker/harden-master");
  private String url = "";

  @Test
  void theScriptHardensTheRealmAndReplacesTheBootstrapAdministrator(@TempDir Path folder)
      throws Exception {
    Programs.require("curl", "curl");
    Programs.require("jq", "jq");
    ServerSpec spec =
        TestStack.spec("master", TestStack.get().redisOf("master"))
            .environment("KC_BOOTSTRAP_ADMIN_CLIENT_ID", "bootstrap-client")
            .environment("KC_BOOTSTRAP_ADMIN_CLIENT_SECRET", "secret-of-the-bootstrap-client")
            .build();
    try (KeycloakServer server = KeycloakServer.start(spec)) {
      url = server.url().toString();
      otherAdministrators();
      JsonNode before = master();
      assertThat(before.get("bruteForceProtected").asBoolean()).isFalse();
      assertThat(before.get("eventsEnabled").asBoolean()).isFalse();

      Path done = folder.resolve("state/done");
      Map<String, String> bootstrap = withBootstrap(done);
      // What a further run needs is deleted last, once the file says that all else is done. Here it
      // cannot be written.
      Commands.Result first = run(bootstrap);
      assertThat(first.exit()).as(first.output()).isNotZero();
      assertThat(first.output())
          .contains("made the administrator ada", "olga has no second factor")
          .contains("deleted the temporary client bootstrap-client")
          .doesNotContain("deleted the temporary administrator")
          .doesNotContain(NAMED_PASSWORD, TestStack.ADMIN_PASSWORD);
      Files.createDirectory(done.getParent());
      assertThat(runPage(bootstrap).expect(0).output())
          .containsSubsequence(
              "deleted the temporary administrator zoe",
              "deleted the temporary administrator admin")
          .doesNotContain("made");
      assertHardened(master());
      assertAdministrators();

      // Again: by another administrator's token nothing changes.
      JsonNode hardened = master();
      Map<String, String> token = environment();
      token.put("ADMIN_TOKEN", opsToken());
      assertThat(run(token).expect(0).output()).doesNotContain("made", "deleted");
      assertThat(master()).isEqualTo(hardened);
      assertAdministrators();

      // Again: as compose does at each start.
      assertThat(run(bootstrap).expect(0).output()).contains("admin is gone");
      Files.delete(done);
      assertThat(run(bootstrap).expect(1).output()).contains("cannot log in");
    }
  }

  private static void assertHardened(JsonNode realm) {
    assertThat(realm.get("bruteForceProtected").asBoolean()).isTrue();
    assertThat(realm.get("permanentLockout").asBoolean()).isFalse();
    assertThat(realm.get("failureFactor").asInt()).isEqualTo(10);
    assertThat(realm.get("quickLoginCheckMilliSeconds").asInt()).isZero();
    assertThat(realm.get("passwordPolicy").asText())
        .contains("length(15)", "breachedPassword(1)")
        .doesNotContain("hashAlgorithm");
    assertThat(realm.get("eventsEnabled").asBoolean()).isTrue();
    assertThat(realm.get("eventsExpiration").asLong()).isEqualTo(90L * 86_400);
    assertThat(realm.get("eventsListeners"))
        .extracting(JsonNode::asText)
        .contains("bulwark-event-log")
        .doesNotContain("jboss-logging");
    assertThat(realm.get("adminEventsEnabled").asBoolean()).isTrue();
    assertThat(realm.at("/attributes/adminEventsExpiration").asText()).isEqualTo("7776000");
  }

  private void assertAdministrators() {
    client("bootstrap-client", "secret-of-the-bootstrap-client").expect(401);
    // It asks for codes alone: a password would do for who has a passkey.
    for (Response refused :
        List.of(
            grant("admin", TestStack.ADMIN_PASSWORD),
            grant(NAMED, NAMED_PASSWORD),
            grant("olga", "a-battery-of-olga"))) {
      assertThat(refused.expect(400).text("error")).isEqualTo("unauthorized_client");
    }
    for (String name : List.of(NAMED, "olga")) {
      assertThat(get("/users?exact=true&username=" + name).at("/0/requiredActions"))
          .extracting(JsonNode::asText)
          .contains("CONFIGURE_TOTP");
    }
    List<String> names = new ArrayList<>();
    get("/users").forEach(user -> names.add(user.get("username").asText()));
    assertThat(names).containsExactlyInAnyOrder(NAMED, "olga");
    JsonNode named = get("/users?exact=true&username=" + NAMED).get(0);
    assertThat(
            get("/users/" + named.get("id").asText() + "/role-mappings/realm").findValues("name"))
        .extracting(JsonNode::asText)
        .contains("admin");
    assertThat(
            get("/authentication/required-actions/CONFIGURE_TOTP").get("defaultAction").asBoolean())
        .isTrue();
    assertThat(get("/events?type=LOGIN_ERROR").size()).isPositive();
    assertThat(get("/admin-events").size()).isPositive();
  }

  /** A service account that keeps the role, a person without a second factor, and who must go. */
  private void otherAdministrators() {
    String token = grant("admin", TestStack.ADMIN_PASSWORD).expect(200).text("access_token");
    post(
        token,
        "/clients",
        """
        {"clientId":"ops","serviceAccountsEnabled":true,"standardFlowEnabled":false,"secret":"%s"}
        """
            .formatted(OPS_SECRET));
    post(
        token,
        "/users",
        """
        {"username":"olga","enabled":true,
         "credentials":[{"type":"password","value":"a-battery-of-olga"}]}
        """);
    String role =
        "["
            + Http.get(url + "/admin/realms/master/roles/admin", "Authorization", "Bearer " + token)
                .expect(200)
                .body()
            + "]";
    for (String name : List.of("service-account-ops", "olga")) {
      JsonNode users =
          Http.get(
                  url + "/admin/realms/master/users?exact=true&username=" + name,
                  "Authorization",
                  "Bearer " + token)
              .expect(200)
              .json();
      post(token, "/users/" + users.get(0).get("id").asText() + "/role-mappings/realm", role);
    }
    anotherTemporaryAdministrator(token);
  }

  /** As {@code kc.sh bootstrap-admin user} makes one on a stopped server. */
  private void anotherTemporaryAdministrator(String token) {
    ObjectNode profile =
        (ObjectNode)
            Http.get(url + "/admin/realms/master/users/profile", "Authorization", "Bearer " + token)
                .expect(200)
                .json();
    // Keycloak lets no administrator write the mark: here the profile does not know it.
    ArrayNode attributes = profile.withArray("attributes");
    for (int i = attributes.size() - 1; i >= 0; i--) {
      if (attributes.get(i).path("name").asText().equals("is_temporary_admin")) {
        attributes.remove(i);
      }
    }
    profile.put("unmanagedAttributePolicy", "ENABLED");
    send(token, "PUT", "/users/profile", profile.toString());
    post(
        token,
        "/users",
        """
        {"username":"zoe","enabled":true,"attributes":{"is_temporary_admin":["true"]}}
        """);
  }

  private void post(String token, String path, String json) {
    send(token, "POST", path, json);
  }

  private void send(String token, String method, String path, String json) {
    Response response =
        Http.send(
            Http.request(url + "/admin/realms/master" + path)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, java.net.http.HttpRequest.BodyPublishers.ofString(json)));
    assertThat(response.status()).as(response.body()).isBetween(200, 204);
  }

  private JsonNode master() {
    return get("");
  }

  private JsonNode get(String path) {
    return Http.get(url + "/admin/realms/master" + path, "Authorization", "Bearer " + opsToken())
        .expect(200)
        .json();
  }

  private String opsToken() {
    return client("ops", OPS_SECRET).expect(200).text("access_token");
  }

  private Response client(String id, String secret) {
    return token(
        Map.of("grant_type", "client_credentials", "client_id", id, "client_secret", secret));
  }

  private Response grant(String name, String password) {
    return token(
        Map.of(
            "grant_type",
            "password",
            "client_id",
            "admin-cli",
            "username",
            name,
            "password",
            password));
  }

  private Response token(Map<String, String> form) {
    return Http.postForm(url + "/realms/master/protocol/openid-connect/token", form);
  }

  private Map<String, String> withBootstrap(Path done) {
    Map<String, String> environment = environment();
    environment.put("BOOTSTRAP_USERNAME", TestStack.ADMIN_USERNAME);
    environment.put("BOOTSTRAP_PASSWORD", TestStack.ADMIN_PASSWORD);
    environment.put("DONE_FILE", done.toString());
    return environment;
  }

  private Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    environment.put("KEYCLOAK_URL", url);
    environment.put("ADMIN_USERNAME", NAMED);
    environment.put("ADMIN_PASSWORD", NAMED_PASSWORD);
    return environment;
  }

  /** As docs/configuration.md says it, with the passwords at its questions. */
  private Commands.Result runPage(Map<String, String> environment) {
    Map<String, String> without = new HashMap<>(environment);
    without.put("BOOTSTRAP", String.valueOf(without.remove("BOOTSTRAP_PASSWORD")));
    without.put("ADMIN", String.valueOf(without.remove("ADMIN_PASSWORD")));
    String commands =
        ShellBlock.of("docs/configuration.md", "The realm master")
            .commands()
            .replace("https://admin.example.org", url);
    return Commands.bash(
        Repository.root(),
        without,
        "{\n" + commands + "} < <(printf '%s\\n%s\\n' \"$BOOTSTRAP\" \"$ADMIN\")");
  }

  private Commands.Result run(Map<String, String> environment) {
    return Commands.bash(Path.of(""), environment, script.toAbsolutePath().toString());
  }
}

package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.text.ForeignHash;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.ServerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P1, B8: the jar comes out of a server with a realm that nobody prepares for it, and everybody
 * whose hash is Keycloak's own form logs in. Runs on each Keycloak of the matrix.
 */
@Tag("slow")
class JarOutIT {

  private static final String NAME = "plain";

  @TempDir(factory = HomeFolder.class)
  Path home;

  @Test
  void everybodyLogsInWithoutTheJarAndWithoutAnyPreparation() {
    OldHash bcrypt = hash("$2b$");
    OldHash argon2i = hash("$argon2i$");
    JsonNode written;
    try (DistributionServer server = DistributionServer.start(spec().build())) {
      AdminApi admin = admin(server);
      makeRealm(admin);
      Realm realm = new Realm(server.url(), NAME);
      importUser(admin, "bcrypt", bcrypt);
      importUser(admin, "argon2i", argon2i);
      importUser(admin, "never", bcrypt);
      realm.login("ann", Realm.PASSWORD, "openid").expect(200);
      realm.login("bcrypt", bcrypt.password(), "openid").expect(200);
      await()
          .atMost(Duration.ofSeconds(10))
          .untilAsserted(() -> assertThat(data(admin, "bcrypt")).isEqualTo(data(admin, "ann")));
      written = data(admin, "ann");
      assertThat(written)
          .as("the shipped parameters in Keycloak's form")
          .isEqualTo(
              Json.parse(
                  """
                  {"hashIterations": 3, "algorithm": "argon2", "additionalParameters":
                    {"type": ["id"], "version": ["1.3"], "memory": ["65536"],
                     "parallelism": ["4"], "hashLength": ["32"]}}
                  """));
    }
    try (DistributionServer server = DistributionServer.start(spec().withoutBundle().build())) {
      assertThat(home.resolve("providers")).isDirectoryNotContaining("glob:**.jar");
      AdminApi admin = admin(server);
      Realm realm = new Realm(server.url(), NAME);
      String before = credential(admin, "ann").toString();
      realm.login("ann", Realm.PASSWORD, "openid").expect(200);
      realm.login("bcrypt", bcrypt.password(), "openid").expect(200);
      realm.login("argon2i", argon2i.password(), "openid").expect(200);
      assertThat(credential(admin, "ann").toString())
          .as("Keycloak finds the hash current")
          .isEqualTo(before);
      assertThat(data(admin, "argon2i")).isEqualTo(written);
      // The status is 401 in Keycloak 26.4, and 400 in 26.7.
      assertThat(realm.login("ann", Realm.PASSWORD + "!", "openid").text("error"))
          .isEqualTo("invalid_grant");
      assertThat(realm.login("never", bcrypt.password(), "openid").status())
          .as("only the bundle reads bcrypt")
          .isNotEqualTo(200);
    }
  }

  private ServerSpec.Builder spec() {
    return ServerSpec.builder()
        .name("jar-out")
        .home(home)
        .shortLived()
        .hashesAsShipped()
        .environment("KC_BOOTSTRAP_ADMIN_USERNAME", TestStack.ADMIN_USERNAME)
        .environment("KC_BOOTSTRAP_ADMIN_PASSWORD", TestStack.ADMIN_PASSWORD);
  }

  private static AdminApi admin(DistributionServer server) {
    return new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  private static OldHash hash(String prefix) {
    return OldHash.oneOfEachForm().stream()
        .filter(hash -> hash.hash().startsWith(prefix))
        .findFirst()
        .orElseThrow();
  }

  /** As an administrator has it who never heard of the bundle. */
  private static void makeRealm(AdminApi admin) {
    Map<String, Object> client =
        Map.of(
            "clientId", "dev-cli",
            "enabled", true,
            "publicClient", true,
            "directAccessGrantsEnabled", true);
    admin.makeRealm(
        Json.of(
            Map.of(
                "realm",
                NAME,
                "enabled",
                true,
                "passwordPolicy",
                "length(8) and passwordHistory(3)",
                "clients",
                List.of(client),
                "users",
                List.of(user("ann", Map.of("type", "password", "value", Realm.PASSWORD))))));
  }

  private static void importUser(AdminApi admin, String name, OldHash hash) {
    var stored = ForeignHash.parse(hash.hash(), CostLimits.DEFAULT);
    Map<String, Object> credential =
        Map.of(
            "type", "password",
            "credentialData", stored.credentialData(),
            "secretData", stored.secretData());
    admin.post("/realms/" + NAME + "/users", Json.of(user(name, credential))).expect(201);
  }

  private static Map<String, Object> user(String name, Map<String, Object> credential) {
    return Map.of(
        "username",
        name,
        "enabled",
        true,
        "email",
        name + "@example.org",
        "firstName",
        "Test",
        "lastName",
        "User",
        "credentials",
        List.of(credential));
  }

  private static JsonNode credential(AdminApi admin, String name) {
    String users = "/realms/" + NAME + "/users";
    String id =
        admin
            .get(users + "?exact=true&username=" + name)
            .expect(200)
            .json()
            .get(0)
            .get("id")
            .asText();
    return admin.get(users + "/" + id + "/credentials").expect(200).json().get(0);
  }

  private static JsonNode data(AdminApi admin, String name) {
    return Json.parse(credential(admin, name).get("credentialData").asText());
  }
}

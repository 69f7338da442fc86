package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.apikey.AccountApi;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.server.DistributionServer;
import dev.bulwark.server.RealmFile;
import dev.bulwark.server.ServerSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * P5: a text of a row stays that text at the account page, in the tokens and in the keys, although
 * {@code --import-realm} and {@code kc.sh import} fill <code>${NAME}</code> from the environment
 * and the system properties of the server. The same with the files of Keycloak's own export.
 */
@Tag("slow")
class ImportedTextIT {

  /** Forms that Keycloak's replacement knows, and what looks like them. */
  private static final List<String> TEXTS =
      List.of(
          "${GATEWAY_SECRET}",
          "$${GATEWAY_SECRET}",
          "\\u0024{GATEWAY_SECRET}",
          "${env.GATEWAY_SECRET}",
          "${unset:${GATEWAY_SECRET}}",
          "${GATEWAY_SECRET:else}",
          "${unset:else}",
          "${unset,user.home}",
          "${user.home}",
          "$${user.home}}",
          "${/}",
          "${",
          "$");

  private static final OldHash HASH =
      OldHash.oneOfEachForm().stream()
          .filter(hash -> hash.algorithm().equals("bcrypt"))
          .findFirst()
          .orElseThrow();

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void aTextOfARowIsNeverReplacedByTheServersEnvironment() throws Exception {
    ServerSpec.Builder spec =
        TestStack.spec("imported-text", "redis://127.0.0.1:1")
            .realmFile(converted("app-users-0.json", csv()))
            .realmFile(converted("app-users-1.json", jsonLines()));
    try (DistributionServer server = DistributionServer.start(spec.build())) {
      assertThatTextsAreTexts(server);
      assertThatTheProfileRefusesPlaceholders(server);

      server.stop();
      kc(server, "import", server.home().resolve("data/import"));
      server.startAgain();
      assertThatTextsAreTexts(server);

      server.stop();
      Path export = folder.resolve("export");
      kc(server, "export", export, "--realm", "app", "--users", "different_files");
      assertThat(Files.readString(export.resolve("app-users-0.json"))).contains(TEXTS.get(0));
      Commands.bash(
              folder,
              Map.of(),
              ShellBlock.of("docs/migration.md", "4. From an existing Keycloak").commands())
          .expect(0);
      kc(server, "import", export);
      server.startAgain();
      assertThatTextsAreTexts(server);
    }
  }

  private static void kc(DistributionServer server, String command, Path folder, String... more) {
    List<String> arguments =
        new ArrayList<>(List.of(command, "--optimized", "--dir", folder.toString()));
    arguments.addAll(List.of(more));
    Commands.kc(server.home(), environment(), arguments.toArray(String[]::new)).expect(0);
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>(RealmFile.developmentEnvironment());
    environment.put("JAVA_HOME", System.getProperty("java.home"));
    environment.put("KC_SPI_REDIS_CONNECTION__DEFAULT__URL", "redis://127.0.0.1:1");
    environment.put("KC_HTTP_MANAGEMENT_PORT", "0");
    return environment;
  }

  /** A file of the converter under the name that Keycloak reads it by. */
  private Path converted(String name, Path in) throws Exception {
    Path out = folder.resolve(name + ".out");
    assertThat(Commands.migrate("--in", in.toString(), "--out", out.toString()).expect(0).output())
        .contains(TEXTS.size() + " converted, 0 refused");
    return Files.move(
        out.resolve("app-users-0.json"),
        Files.createDirectories(folder.resolve("files")).resolve(name));
  }

  private Path csv() throws Exception {
    List<String> lines = new ArrayList<>();
    lines.add("username,email,password_hash,first_name,last_name,roles,identities");
    for (int i = 0; i < TEXTS.size(); i++) {
      lines.add(
          Stream.of(
                  username(i),
                  email(i),
                  HASH.hash(),
                  TEXTS.get(i),
                  "L" + TEXTS.get(i),
                  word("r", i),
                  "google:" + word("g", i))
              .map(field -> '"' + field + '"')
              .collect(Collectors.joining(",")));
    }
    return Files.write(folder.resolve("users.csv"), lines);
  }

  /** What a CSV row cannot have, and the login name of another application. */
  private Path jsonLines() throws Exception {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < TEXTS.size(); i++) {
      ObjectNode row = JSON.createObjectNode();
      row.put("username", "key" + i).put("email", "").put("password_hash", "legacy-login");
      row.put("name", TEXTS.get(i)).put("legacy_login_name", TEXTS.get(i));
      row.putArray("roles").add(word("j", i));
      row.putArray("identities")
          .addObject()
          .put("provider", "github")
          .put("id", word("h", i))
          .put("username", TEXTS.get(i));
      ObjectNode key = row.putArray("api_key_hashes").addObject();
      key.put("hash", "%064x".formatted(i)).put("name", TEXTS.get(i));
      key.putArray("scopes").add(word("s", i));
      key.putObject("metadata").put("note", TEXTS.get(i));
      lines.add(row.toString());
    }
    return Files.write(folder.resolve("users.jsonl"), lines);
  }

  private static String username(int i) {
    return "u" + i + TEXTS.get(i).toLowerCase(Locale.ROOT);
  }

  private static String email(int i) {
    return word("e", i).toLowerCase(Locale.ROOT) + "@example.org";
  }

  /** The text where a list cannot have blanks, separators and backslashes. */
  private static String word(String prefix, int i) {
    return prefix + i + TEXTS.get(i).replaceAll("[,\\\\]", "");
  }

  /** Keycloak's own export of users, imported elsewhere, would have them replaced. */
  private static void assertThatTheProfileRefusesPlaceholders(DistributionServer server) {
    AdminApi admin = admin(server);
    AccountApi account = AccountApi.of(new Realm(server.url(), "app"), admin);
    String token = account.token("alice");
    for (String text : List.of("${user.home}", "$$ \u2028${user.home}", "$${user.home}")) {
      for (String field : List.of("firstName", "lastName")) {
        assertThat(account.update(token, profile("alice", field, text)).status())
            .as("%s %s", field, text)
            .isEqualTo(400);
      }
      for (String field : List.of("username", "email", "firstName", "lastName")) {
        String value =
            field.equals("email") ? text.substring(text.indexOf('{') - 1) + "@b.org" : text;
        assertThat(admin.post("/realms/app/users", profile("another", field, value)).status())
            .as("%s %s", field, value)
            .isEqualTo(400);
      }
    }
  }

  private static String profile(String user, String field, String value) {
    return JSON.createObjectNode()
        .put("username", user)
        .put("email", user + "@example.org")
        .put("firstName", "Alice")
        .put("lastName", "Demo")
        .put(field, value)
        .toString();
  }

  private static AdminApi admin(DistributionServer server) {
    return new AdminApi(server.url(), TestStack.ADMIN_USERNAME, TestStack.ADMIN_PASSWORD);
  }

  private static void assertThatTextsAreTexts(DistributionServer server) {
    AdminApi admin = admin(server);
    Realm realm = new Realm(server.url(), "app");
    AccountApi account = AccountApi.of(realm, admin);
    // The profile of the shipped realm stops users with such names at the first login.
    enableProfileCheck(admin, false);
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThatUserIsText(account, admin, i);
      assertThatKeyIsText(admin, i);
    }
    enableProfileCheck(admin, true);
    for (int i = 0; i < TEXTS.size(); i++) {
      assertThat(realm.login(username(i), HASH.password(), "openid").status())
          .as(TEXTS.get(i))
          .isEqualTo(TEXTS.get(i).contains("${") ? 400 : 200);
    }
  }

  private static void enableProfileCheck(AdminApi admin, boolean enabled) {
    String check = "/realms/app/authentication/required-actions/VERIFY_PROFILE";
    ObjectNode action = (ObjectNode) admin.get(check).expect(200).json();
    admin.put(check, action.put("enabled", enabled).toString()).expect(204);
  }

  private static void assertThatUserIsText(AccountApi account, AdminApi admin, int i) {
    String text = TEXTS.get(i);
    Response tokens = account.login(username(i), HASH.password()).expect(200);
    JsonNode claims = Realm.claims(tokens.text("id_token"));
    assertThat(claims.get("preferred_username").asText()).isEqualTo(username(i));
    assertThat(claims.get("given_name").asText()).isEqualTo(text);
    assertThat(claims.get("family_name").asText()).isEqualTo("L" + text);
    assertThat(claims.get("name").asText()).isEqualTo(text + " L" + text);
    assertThat(claims.get("email").asText()).isEqualTo(email(i));
    JsonNode profile = account.profile(tokens.text("access_token"));
    assertThat(profile.get("username").asText()).isEqualTo(username(i));
    assertThat(profile.get("firstName").asText()).isEqualTo(text);
    assertThat(profile.get("lastName").asText()).isEqualTo("L" + text);
    assertThat(profile.get("email").asText()).isEqualTo(email(i));
    String user = "/realms/app/users/" + claims.get("sub").asText();
    assertThat(texts(admin, user + "/role-mappings/realm", "name")).contains(word("r", i));
    assertThat(texts(admin, user + "/federated-identity", "userId")).containsExactly(word("g", i));
  }

  private static void assertThatKeyIsText(AdminApi admin, int i) {
    String text = TEXTS.get(i);
    String id = admin.userId("key" + i);
    String user = "/realms/app/users/" + id;
    JsonNode profile = admin.get(user).expect(200).json();
    assertThat(profile.get("firstName").asText()).isEqualTo(text);
    assertThat(texts(admin, user + "/role-mappings/realm", "name")).contains(word("j", i));
    assertThat(texts(admin, user + "/federated-identity", "userId")).containsExactly(word("h", i));
    assertThat(texts(admin, user + "/federated-identity", "userName")).containsExactly(text);
    JsonNode key = admin.get("/realms/app/api-keys?owner=user:" + id).expect(200).json().get(0);
    assertThat(key.get("name").asText()).isEqualTo(text);
    assertThat(key.get("scopes").get(0).asText()).isEqualTo(word("s", i));
    assertThat(key.get("metadata").get("note").asText()).isEqualTo(text);
    JsonNode credentials = admin.get(user + "/credentials").expect(200).json();
    assertThat(credentials.findValuesAsText("credentialData"))
        .filteredOn(data -> data.contains("legacy-login"))
        .map(data -> Json.parse(data).findValue("login").get(0).asText())
        .containsExactly(text);
  }

  private static List<String> texts(AdminApi admin, String path, String field) {
    return admin.get(path).expect(200).json().findValuesAsText(field);
  }
}

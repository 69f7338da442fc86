package dev.bulwark.it.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.database.PostgresProcess;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.testing.FreePort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * K8, K9: an owner who cannot be read, since the directory is unreachable, stops neither the
 * background work on the keys of others nor their import. The former on PostgreSQL, with the
 * interval that is shipped.
 */
@SharedRealm
@Tag("full")
class UnreadableOwnerIT {

  private final TestStack stack = TestStack.get();
  private final AdminApi admin = stack.admin();
  private final Keys keys = new Keys(stack.realm());

  @Test
  void otherRotatedKeysAreRemoved() {
    Assumptions.assumeTrue(stack.database().orElse(null) instanceof PostgresProcess, "PostgreSQL");
    PostgresProcess database = (PostgresProcess) stack.database().orElseThrow();
    String owner = "f:" + unreachableDirectory() + ":nobody";
    String unreadable = rotated("alice");
    database.sql(
        "UPDATE bulwark_api_key SET owner_id = '%s' WHERE id = '%s'".formatted(owner, unreadable));
    String readable = rotated("bob");

    await().atMost(Duration.ofMinutes(3)).until(() -> database.sql(row(readable)), String::isBlank);
    assertThat(database.sql(row(unreadable))).as("tried again later").isNotBlank();
    assertThat(stack.keycloak().log())
        .contains("The removal after a rotation failed for API key " + unreadable);
    database.sql("DELETE FROM bulwark_api_key WHERE id = '%s'".formatted(unreadable));
  }

  @Test
  void otherRowsAreImported() {
    String unreadable = rowOf(unreachableDirectory(), "of-nobody-0123456789");
    String readable = rowOfUser("bob", "of-bob-0123456789");
    JsonNode report =
        admin.post("/realms/app/api-keys/import", unreadable + "\n" + readable).expect(200).json();
    assertThat(report.get("created").asInt()).as(report.toString()).isEqualTo(1);
    assertThat(report.get("errors")).hasSize(1);
    assertThat(report.at("/errors/0/row").asInt()).isEqualTo(1);
    assertThat(report.at("/errors/0/error").asText()).isEqualTo("server_error");
  }

  /** Each row of an unreachable directory may take long to fail, and an import has many. */
  @Test
  void anImportStopsAfterManyRowsThatCannotBeRead() {
    String directory = unreachableDirectory();
    List<String> rows = new ArrayList<>();
    rows.add(rowOfUser("bob", "before-0123456789"));
    for (int i = 0; i < 60; i++) {
      rows.add(rowOf(directory, "unreadable-0123456789-" + i));
    }
    rows.add(rowOfUser("bob", "behind-0123456789"));
    int logged = warnings();
    Response stopped = admin.post("/realms/app/api-keys/import", String.join("\n", rows));
    assertThat(stopped.expect(503).text("error")).isEqualTo("temporarily_unavailable");
    assertThat(stopped.text("detail")).contains("nothing is imported twice");
    assertThat(Integer.parseInt(stopped.header("Retry-After"))).isPositive();
    JsonNode report = stopped.json().get("report");
    assertThat(report.get("rows").asInt()).isEqualTo(51);
    assertThat(report.get("created").asInt()).isEqualTo(1);
    assertThat(report.get("errors")).hasSize(50);
    assertThat(keys.isGood("before-0123456789")).isTrue();
    assertThat(keys.isGood("behind-0123456789")).isFalse();
    assertThat(warnings() - logged).isEqualTo(1);
    String all = String.join("\n", rows.subList(0, 51));
    assertThat(admin.post("/realms/app/api-keys/import", all).expect(200).json().get("refused"))
        .as("nothing follows the last failure")
        .hasToString("50");
  }

  private int warnings() {
    return stack.keycloak().log().split("of an import of API keys could not be stored", -1).length;
  }

  private static String rowOfUser(String name, String key) {
    return Json.object("username", name, "hash", ForeignKeys.sha256(key));
  }

  private static String rowOf(String directory, String key) {
    return Json.of(
        Map.of(
            "owner",
            Map.of("type", "user", "id", "f:" + directory + ":nobody"),
            "hash",
            ForeignKeys.sha256(key)));
  }

  private static String row(String id) {
    return "SELECT 1 FROM bulwark_api_key WHERE id = '" + id + "'";
  }

  /** A key that was replaced, and whose overlap is over in a moment. */
  private String rotated(String user) {
    JsonNode made = keys.made(user, "rotated", "tasks:read");
    String id = made.get("id").asText();
    keys.send("POST", "/" + id + "/rotate", keys.token(user), Json.object("overlapSeconds", 5))
        .expect(201);
    return id;
  }

  /** The id of a user store where nobody listens. */
  private String unreachableDirectory() {
    Map<String, List<String>> config =
        Map.of(
            "enabled", List.of("true"),
            "vendor", List.of("other"),
            "connectionUrl", List.of("ldap://127.0.0.1:" + FreePort.next()),
            "authType", List.of("none"),
            "usersDn", List.of("dc=example,dc=org"),
            "usernameLDAPAttribute", List.of("uid"),
            "rdnLDAPAttribute", List.of("uid"),
            "uuidLDAPAttribute", List.of("entryUUID"),
            "userObjectClasses", List.of("inetOrgPerson"),
            "editMode", List.of("READ_ONLY"));
    Response created =
        admin
            .post(
                "/realms/app/components",
                Json.of(
                    Map.of(
                        "name", "unreachable",
                        "providerId", "ldap",
                        "providerType", "org.keycloak.storage.UserStorageProvider",
                        "config", config)))
            .expect(201);
    String location = created.header("Location");
    return location.substring(location.lastIndexOf('/') + 1);
  }
}

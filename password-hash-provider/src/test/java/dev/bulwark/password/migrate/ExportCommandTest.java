package dev.bulwark.password.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.password.foreign.ForeignVectors;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** P5: the way out of Keycloak, in the form of the way in. */
class ExportCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String HASH = "0123456789abcdef".repeat(4);

  @TempDir Path folder;
  private final StringWriter stdout = new StringWriter();
  private final StringWriter stderr = new StringWriter();

  /** In, out, in again: the second import is the first. */
  @Test
  void whatIsExportedIsImportedAsItWas() throws IOException {
    StringBuilder rows = new StringBuilder();
    int number = 0;
    for (ForeignVectors.Vector vector : ForeignVectors.all()) {
      ObjectNode row = JSON.createObjectNode();
      row.put("username", "user" + number++).put("email", "").put("password_hash", vector.hash());
      rows.append(row).append('\n');
    }
    rows.append(
        """
        {"username":"pending","email":"","password_hash":"legacy-login"}
        {"username":"Pending@Example.org","email":"","password_hash":"legacy-login"}
        {"username":"renamed","email":"","password_hash":"legacy-login","legacy_login_name":"Old Name"}
        {"username":"ann","email":"ann@b","email_verified":false,"password_hash":"","first_name":"Ann","last_name":"B","enabled":false,"roles":["admin"],"identities":[{"provider":"google","id":"117","username":"ann@b"}],"totp_secret":"JBSWY3DPEHPK3PXP","backup_code_hashes":["%s"],"api_key_hashes":[{"hash":"%s","name":"ci","scopes":["tasks:read"],"active":false,"expires_at":"2030-01-01T00:00:00Z","created_at":"2025-01-01T00:00:00Z","rate_limit":{"requests":100,"seconds":60},"allowed_networks":["192.0.2.0/24","2001:db8::/48"],"metadata":{"team":"billing"}}]}
        """
            .formatted(HASH, HASH));
    Path in = folder.resolve("in.jsonl");
    Files.writeString(in, rows);
    Path first = folder.resolve("first");
    assertThat(run("--in", in.toString(), "--out", first.toString(), "--allow-fast-hashes"))
        .as(stderr.toString())
        .isZero();
    Path out = folder.resolve("out.jsonl");
    assertThat(run("export", first.resolve("app-users-0.json").toString(), "--out", out.toString()))
        .as(stderr.toString())
        .isZero();
    assertThat(stdout.toString()).contains((number + 4) + " users written, 0 of them incomplete");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(out)))
        .isEqualTo("rw-------");
    assertThat(Files.readAllLines(out).stream().filter(row -> row.contains("legacy-login")))
        .satisfiesExactly(
            row -> assertThat(row).doesNotContain("legacy_login_name"),
            row -> assertThat(row).contains("\"legacy_login_name\":\"Pending@Example.org\""),
            row -> assertThat(row).contains("\"legacy_login_name\":\"Old Name\""));
    Path second = folder.resolve("second");
    assertThat(
            run(
                "--in",
                out.toString(),
                "--out",
                second.toString(),
                "--allow-fast-hashes",
                "--allow-no-password"))
        .as(stderr.toString())
        .isZero();
    ArrayNode before = users(first);
    ArrayNode after = users(second);
    assertThat(after).hasSameSizeAs(before);
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)).as("user %d", i).isEqualTo(before.get(i));
    }
  }

  @Test
  void whatCannotBeWrittenIsNamed() throws IOException {
    Path realm = folder.resolve("realm.json");
    Files.writeString(
        realm,
        """
        {"realm":"app","roles":{"realm":[{"name":"x"}]},"users":[
          {"username":"service-account-x","serviceAccountClientId":"x"},
          {"id":"1","username":"ann","enabled":true,"realmRoles":["default-roles-app","admin"],"credentials":[
            {"type":"password","credentialData":"{\\"algorithm\\":\\"argon2\\",\\"hashIterations\\":5,\\"additionalParameters\\":{\\"hashLength\\":[\\"4\\"],\\"memory\\":[\\"7168\\"],\\"type\\":[\\"id\\"],\\"version\\":[\\"1.3\\"],\\"parallelism\\":[\\"1\\"]}}","secretData":"{\\"value\\":\\"AAAAAA==\\",\\"salt\\":\\"AAAAAAAAAAAAAAAAAAAAAA==\\"}"},
            {"type":"otp","credentialData":"{\\"subType\\":\\"totp\\",\\"digits\\":6,\\"period\\":30,\\"algorithm\\":\\"HmacSHA1\\"}","secretData":"{\\"value\\":\\"12345678901234567890\\"}"},
            {"type":"otp","credentialData":"{\\"subType\\":\\"totp\\",\\"digits\\":6,\\"period\\":30,\\"algorithm\\":\\"HmacSHA1\\"}","secretData":"{\\"value\\":\\"00000000000000000000\\"}"},
            {"type":"recovery-authn-codes","credentialData":"{}","secretData":"{\\"codes\\":[{\\"number\\":1,\\"encodedHashedValue\\":\\"{SHA-256}%1$s\\"}]}"},
            {"type":"recovery-authn-codes","credentialData":"{}","secretData":"{\\"codes\\":[{\\"number\\":1,\\"encodedHashedValue\\":\\"{SHA-256}%2$s\\"}]}"},
            {"type":"password","credentialData":"{\\"algorithm\\":\\"bcrypt\\",\\"hashIterations\\":4}","secretData":"{\\"value\\":\\"$2b$04$hB94hEx5m.HMTHncqKUZ8ufGbViykjox/RPQVkPzSOsPshg8K5T6m\\",\\"salt\\":\\"\\"}"},
            {"type":"webauthn-passwordless","credentialData":"{}","secretData":"{}"}]},
          {"id":"3","username":"cat","enabled":true,"credentials":[
            {"type":"password","credentialData":"{\\"algorithm\\":\\"bcrypt\\",\\"hashIterations\\":4,\\"additionalParameters\\":{\\"passwordForm\\":[\\"NFKD\\"]}}","secretData":"{\\"value\\":\\"$2b$04$hB94hEx5m.HMTHncqKUZ8ufGbViykjox/RPQVkPzSOsPshg8K5T6m\\",\\"salt\\":\\"\\"}"}]},
          {"id":"2","username":"bob","enabled":true,"credentials":[
            {"type":"password","credentialData":"{\\"algorithm\\":\\"unheard-of\\",\\"hashIterations\\":1}","secretData":"{\\"value\\":\\"c2VjcmV0\\",\\"salt\\":\\"\\"}"},
            {"type":"recovery-authn-codes","credentialData":"{}","secretData":"{\\"codes\\":[{\\"number\\":1,\\"encodedHashedValue\\":\\"AAAA\\"}]}"}]}]}
        """
            .formatted(HASH, "b".repeat(64)));
    Path out = folder.resolve("out.jsonl");
    assertThat(run("export", "--out", out.toString(), realm.toString())).isEqualTo(2);
    assertThat(stderr.toString().lines())
        .containsExactly(
            "ann: otp: a second authenticator app",
            "ann: a second set of recovery codes",
            "ann: a second password",
            "ann: a credential of type 'webauthn-passwordless', which only Keycloak can verify",
            "cat: password: its hash is of the form NFKD of the password, which the line cannot tell",
            "bob: password: its algorithm is unknown",
            "bob: recovery codes, which only Keycloak can verify");
    List<String> lines = Files.readAllLines(out);
    assertThat(lines).hasSize(3);
    assertThat(JSON.readTree(lines.get(1)).get("password_hash").asText()).startsWith("$2b$04$");
    JsonNode ann = JSON.readTree(lines.get(0));
    assertThat(ann.get("password_hash").asText())
        .isEqualTo("$argon2id$v=19$m=7168,t=5,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAA");
    assertThat(ann.get("totp_secret").asText()).isEqualTo("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    assertThat(ann.get("backup_code_hashes")).isEqualTo(JSON.readTree("[\"" + HASH + "\"]"));
    assertThat(ann.get("roles")).hasSize(1);

    assertThat(run("export", "--out", out.toString(), realm.toString())).isEqualTo(1);
    assertThat(stderr.toString()).contains("exists already");
    assertThat(run("export")).isEqualTo(1);
  }

  /** Keycloak asks for the first one, so the second is not the user's. */
  @Test
  void aSecondPasswordDoesNotTakeThePlaceOfTheFirst() throws IOException {
    Path realm = folder.resolve("realm.json");
    Files.writeString(
        realm,
        """
        {"realm":"app","users":[{"id":"1","username":"ann","enabled":true,"credentials":[
          {"type":"password","credentialData":"{\\"algorithm\\":\\"unheard-of\\",\\"hashIterations\\":1}","secretData":"{\\"value\\":\\"c2VjcmV0\\",\\"salt\\":\\"\\"}"},
          {"type":"password","credentialData":"{\\"algorithm\\":\\"bcrypt\\",\\"hashIterations\\":4}","secretData":"{\\"value\\":\\"$2b$04$hB94hEx5m.HMTHncqKUZ8ufGbViykjox/RPQVkPzSOsPshg8K5T6m\\",\\"salt\\":\\"\\"}"}]}]}
        """);
    Path out = folder.resolve("out.jsonl");
    assertThat(run("export", "--out", out.toString(), realm.toString())).isEqualTo(2);
    assertThat(stderr.toString().lines())
        .containsExactly("ann: password: its algorithm is unknown", "ann: a second password");
    assertThat(JSON.readTree(Files.readString(out)).get("password_hash").asText()).isEmpty();
  }

  @Test
  void usersOfAFederationAreCounted() throws IOException {
    Path realm = folder.resolve("realm.json");
    Files.writeString(
        realm,
        """
        {"realm":"app","federatedUsers":[{"id":"f:1:a","credentials":[{}]},{"id":"f:1:b"}],
         "users":[{"id":"1","username":"ann","enabled":true}]}
        """);
    Path out = folder.resolve("out.jsonl");
    assertThat(run("export", "--out", out.toString(), realm.toString())).isEqualTo(2);
    assertThat(stderr.toString().trim())
        .isEqualTo("2 users of a user federation are left out: their store has them");
    assertThat(stdout.toString()).contains("1 users written, 0 of them incomplete");
    assertThat(Files.readAllLines(out)).hasSize(1);
  }

  private int run(String... arguments) {
    stdout.getBuffer().setLength(0);
    stderr.getBuffer().setLength(0);
    return MigrateCommand.run(
        new PrintWriter(stdout, true), new PrintWriter(stderr, true), arguments);
  }

  private static ArrayNode users(Path folder) throws IOException {
    return (ArrayNode) JSON.readTree(folder.resolve("app-users-0.json").toFile()).get("users");
  }
}

package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** P1, P2: what the server stores, and that it verifies exactly. */
@SharedRealm
class Argon2IT {

  private final Realm realm = TestStack.get().realm();
  private final Users users = new Users(TestStack.get().admin());

  private void assertArgon2(JsonNode data) throws Exception {
    assertThat(data)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"hashIterations": 3, "algorithm": "argon2", "additionalParameters":
                      {"type": ["id"], "version": ["1.3"], "memory": ["65536"],
                       "parallelism": ["4"], "hashLength": ["32"]}}
                    """));
  }

  @Test
  void importedAndAdminSetPasswordsAreArgon2() throws Exception {
    assertArgon2(users.credentialData("alice"));
    users.createWithPassword("p1-admin", "set-by-an-admin");
    assertArgon2(users.credentialData("p1-admin"));
    String id = TestStack.get().admin().userId("p1-admin");
    TestStack.get()
        .admin()
        .put(
            "/realms/app/users/" + id + "/reset-password",
            """
            {"type": "password", "value": "reset-by-an-admin", "temporary": false}
            """)
        .expect(204);
    assertArgon2(users.credentialData("p1-admin"));
    realm.login("p1-admin", "reset-by-an-admin", "openid").expect(200);
    realm.login("p1-admin", "set-by-an-admin", "openid").expect(400);
  }

  @Test
  void aRegisteredPasswordIsArgon2() throws Exception {
    AdminApi admin = TestStack.get().admin();
    // The form takes a password only in a realm that does not ask for proof of the address.
    admin.put("/realms/app", Json.object("verifyEmail", false)).expect(204);
    try {
      RegistrationForm.register(realm, "p1-registered", "chosen-by-the-user");
      assertArgon2(users.credentialData("p1-registered"));
      realm.login("p1-registered", "chosen-by-the-user", "openid").expect(200);
    } finally {
      admin.put("/realms/app", Json.object("verifyEmail", true)).expect(204);
    }
  }

  static Stream<String> passwords() {
    return Stream.of(
        "Pässwörd-пароль-密码-🔑",
        "  blanks at both ends  ",
        "e\u0301\u00e9-not-normalised",
        "x".repeat(72) + "beyond bcrypt",
        "long ".repeat(160),
        "\"quotes\" & <markup> %41 +plus",
        "tab\tnewline\nbell\u0007",
        "a NUL\u0000and what follows",
        // Keycloak's token endpoint drops a parameter of more than 4,000 characters.
        "0123456789abcdef".repeat(250).substring(1));
  }

  @ParameterizedTest
  @MethodSource("passwords")
  void theWholePasswordCountsAsTyped(String password) {
    String name = "p2-" + Integer.toHexString(password.hashCode());
    users.createWithPassword(name, password);
    realm.login(name, password, "openid").expect(200);
    for (String other :
        List.of(
            password + " ",
            password.substring(0, password.length() - 1),
            password.strip() + "!",
            password.replaceFirst("\u0000.*", "") + (password.indexOf(0) < 0 ? "?" : ""),
            password.replace("e\u0301", "\u00e9") + (password.contains("e\u0301") ? "" : "!"))) {
      realm.login(name, other, "openid").expect(400);
      clearFailures(name);
    }
  }

  private static void clearFailures(String name) {
    String id = TestStack.get().admin().userId(name);
    TestStack.get()
        .admin()
        .delete("/realms/app/attack-detection/brute-force/users/" + id)
        .expect(204);
  }

  @Test
  void theLogNamesTheEngineAndItsSpeed() {
    assertThat(TestStack.get().keycloak().log())
        .containsPattern(
            "Argon2id by libargon2 \\(.*\\): m=65536 KiB, t=3, p=4 takes \\d+ ms; \\d+ at once");
  }

  @Test
  void metersAreAtKeycloaksMetricsEndpoint() {
    realm.login("alice").expect(200);
    String metrics =
        Http.get(TestStack.get().keycloak().managementUrl() + "/metrics").expect(200).body();
    for (Pattern line :
        List.of(
            Pattern.compile(
                "bulwark_password_hash_seconds_count\\{[^}]*algorithm=\"argon2\"[^}]*operation=\"verify\"[^}]*outcome=\"match\"[^}]*} [1-9]"),
            Pattern.compile("bulwark_password_wait_seconds_count[^ ]* [1-9]"),
            Pattern.compile("bulwark_password_permits_used[^ ]* 0"),
            Pattern.compile("bulwark_password_permits_total[^ ]* [1-9]"),
            Pattern.compile("bulwark_password_native[^ ]* 1"))) {
      assertThat(metrics).containsPattern(line);
    }
  }
}

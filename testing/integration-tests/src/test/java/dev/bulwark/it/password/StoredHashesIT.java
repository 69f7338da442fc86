package dev.bulwark.it.password;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.apikey.AccountApi;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.SharedRealm;
import dev.bulwark.it.support.TestStack;
import dev.bulwark.password.foreign.CostLimits;
import dev.bulwark.password.foreign.text.ForeignHash;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** P3, P5: an administrator sees how many passwords are still of which older kind. */
@SharedRealm
class StoredHashesIT {

  private final AdminApi admin = TestStack.get().admin();
  private final Realm realm = TestStack.get().realm();
  private final Users users = new Users(admin);

  @Test
  void passwordsAreCountedByAlgorithmWhateverTheJsonLooksLike() {
    for (OldHash hash : OldHash.oneOfEachForm()) {
      if (hash.hash().startsWith("$2b$") && hash.library().startsWith("passlib")) {
        users.createWithHash("c-bcrypt", ForeignHash.parse(hash.hash(), CostLimits.DEFAULT));
        assertCount("{\"argon2\":3,\"bcrypt\":1}", 4, 1);
        realm.login("c-bcrypt", hash.password(), "openid").expect(200);
      }
    }
    await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> assertCount("{\"argon2\":4}", 4, 0));
    String secret = Json.object("value", "x", "salt", "");
    users.createWithHash(
        "c-blanks", "{ \"algorithm\" :\n \"bcrypt-sha256\", \"hashIterations\" : 4 }", secret);
    users.createWithHash("c-unknown", Json.object("algorithm", "md5", "hashIterations", 1), secret);
    users.createWithHash("c-sha1", Json.object("algorithm", "pbkdf2", "hashIterations", 1), secret);
    users.createWithHash(
        "c-sha256", Json.object("hashIterations", 1, "algorithm", "pbkdf2-sha256"), secret);
    assertCount(
        "{\"argon2\":4,\"bcrypt-sha256\":1,\"pbkdf2\":1,\"pbkdf2-sha256\":1,\"other\":1}", 8, 4);
  }

  private void assertCount(String byAlgorithm, int total, int legacy) {
    JsonNode count = admin.get("/realms/app/password-hashes").expect(200).json();
    assertThat(count.get("byAlgorithm")).isEqualTo(Json.parse(byAlgorithm));
    assertThat(count.get("total").asInt()).isEqualTo(total);
    assertThat(count.get("legacy").asInt()).isEqualTo(legacy);
  }

  @Test
  void onlyWhoMayViewUsersSeesIt() {
    String url = TestStack.get().url() + "/admin/realms/app/password-hashes";
    Http.get(url).expect(401);
    ask(url).expect(403);
    String client = admin.clientUuid("realm-management");
    String role =
        admin.get("/realms/app/clients/" + client + "/roles/view-users").expect(200).body();
    admin
        .post(
            "/realms/app/users/" + admin.userId("bob") + "/role-mappings/clients/" + client,
            "[" + role + "]")
        .expect(204);
    ask(url).expect(200);
  }

  private Response ask(String url) {
    String token = AccountApi.of(realm, admin).token("bob");
    return Http.get(url, "Authorization", "Bearer " + token);
  }
}

package dev.bulwark.it.faults;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Repository;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.ShellBlock;
import dev.bulwark.server.ServerSpec;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** B1: a server with the options of docs/parts.md has passwords, and none of the other parts. */
@Tag("full")
class OnePartIT {

  private static final String NAME = "passwords-only";
  private static final String PASSWORD = "correct-part-battery";

  /** Nobody listens there. */
  private static final String NO_REDIS = "redis://127.0.0.1:1";

  private static final Pattern START = Pattern.compile("(?m)^(spi-login-\\S+)=(\\d+)$");

  @Test
  void passwordsOnly() {
    try (FaultServer server = FaultServer.start(NAME, NO_REDIS, null, OnePartIT::options)) {
      AdminApi admin = server.admin();
      Realm realm = realm(server);
      assertThat(credentials(admin).toString()).contains("argon2");
      Response session = login(realm, PASSWORD).expect(200);
      realm.logout(session.text("refresh_token")).expect(204);
      login(realm, PASSWORD).expect(200);

      // More than any limit of the bundle lets through.
      for (int attempt = 0; attempt < 12; attempt++) {
        assertThat(login(realm, "wrong").status()).isNotEqualTo(429);
      }
      login(realm, PASSWORD).expect(200);

      for (String path : List.of("api-keys", "api-keys-admin", "overview-admin", "token-status")) {
        assertThat(Http.get(realm.url() + "/" + path).status()).as(path).isEqualTo(404);
      }
      assertThat(Http.postForm(realm.url() + "/global-token-revocation", Map.of()).status())
          .isEqualTo(404);
      assertThat(admin.get("/realms/" + NAME + "/api-keys").status()).isEqualTo(404);
      for (String document : List.of("openid-configuration", "oauth-authorization-server")) {
        assertThat(Http.get(realm.url() + "/.well-known/" + document).expect(200).body())
            .doesNotContain("bulwark")
            .doesNotContain("global_token_revocation_endpoint")
            .doesNotContain("status_list_aggregation_endpoint");
      }
      JsonNode revocations = admin.get("/realms/" + NAME + "/revocations").expect(200).json();
      assertThat(revocations.get("running").asBoolean()).isFalse();
      JsonNode check = FaultServer.check(server.readiness(), "Bulwark revocations in Redis");
      assertThat(check.at("/data/status").asText()).isEqualTo("not running");
      assertThat(server.metric("bulwark_revocation_ledger_write_seconds_count")).isZero();
    }
  }

  private static ServerSpec.Builder options(ServerSpec.Builder spec) {
    String page = Repository.text("docs/parts.md");
    // The limit would hold for this machine.
    spec.option("spi-login-rate-limiter--default--allowed-networks", "192.0.2.0/24");
    Map<String, String> build = ShellBlock.of("docs/parts.md", "Passwords only").options();
    assertThat(build).hasSize(7);
    build.forEach(spec::buildOption);
    assertThat(START.matcher(page).results()).hasSize(8);
    START.matcher(page).results().forEach(option -> spec.option(option.group(1), option.group(2)));
    return spec;
  }

  /** A realm whose client is that of the password grant of {@link Realm}. */
  private static Realm realm(FaultServer server) {
    Map<String, Object> client =
        Map.of(
            "clientId", "dev-cli",
            "enabled", true,
            "publicClient", true,
            "directAccessGrantsEnabled", true);
    Map<String, Object> user =
        Map.of(
            "username", "ann",
            "enabled", true,
            "email", "ann@example.org",
            "firstName", "Ann",
            "lastName", "Part",
            "credentials", List.of(Map.of("type", "password", "value", PASSWORD)));
    server
        .admin()
        .makeRealm(
            Json.of(
                Map.of(
                    "realm",
                    NAME,
                    "enabled",
                    true,
                    "clients",
                    List.of(client),
                    "users",
                    List.of(user))));
    return new Realm(server.keycloak().url(), NAME);
  }

  private static Response login(Realm realm, String password) {
    return realm.login("ann", password, "openid");
  }

  private static JsonNode credentials(AdminApi admin) {
    String users = "/realms/" + NAME + "/users";
    String id = admin.get(users + "?username=ann").expect(200).json().get(0).get("id").asText();
    return admin.get(users + "/" + id + "/credentials").expect(200).json();
  }
}

package dev.bulwark.it.faults;

import static dev.bulwark.it.support.Waits.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bulwark.it.faults.NodeKeys.Key;
import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Http;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Realm;
import dev.bulwark.it.support.Response;
import dev.bulwark.it.support.WorkFolder;
import dev.bulwark.redis.process.RedisProcess;
import dev.bulwark.server.RealmFile;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** B14, K6: a realm has API keys where its required action {@code create-api-key} is enabled. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeySwitchIT {

  private static final String ACTION = "/realms/app/authentication/required-actions/create-api-key";

  private static final List<String> DOCUMENTS =
      List.of("openid-configuration", "oauth-authorization-server", "uma2-configuration");

  private RedisProcess redis;

  /** Health counts the realms again 10 s after the last count. */
  private static final Duration COUNTED = Duration.ofSeconds(30);

  private FaultServer server;
  private AdminApi admin;
  private NodeKeys keys;

  private enum Off {
    DISABLED(
        admin -> {
          ObjectNode action = (ObjectNode) admin.get(ACTION).expect(200).json();
          admin.put(ACTION, action.put("enabled", false).toString()).expect(204);
        },
        admin -> {
          ObjectNode action = (ObjectNode) admin.get(ACTION).expect(200).json();
          admin.put(ACTION, action.put("enabled", true).toString()).expect(204);
        }),
    DELETED(
        admin -> admin.delete(ACTION).expect(204),
        admin ->
            admin
                .post(
                    "/realms/app/authentication/register-required-action",
                    Json.object("providerId", "create-api-key", "name", "Create API Key"))
                .expect(204));

    private final Consumer<AdminApi> off;
    private final Consumer<AdminApi> on;

    Off(Consumer<AdminApi> off, Consumer<AdminApi> on) {
      this.off = off;
      this.on = on;
    }
  }

  @BeforeAll
  void start() {
    redis = RedisProcess.start();
    server =
        FaultServer.start(
            "key-switch",
            redis.url(),
            null,
            spec ->
                spec.option("spi-api-key--default--everywhere", "false")
                    .environment(RealmFile.developmentEnvironment())
                    .realmFile(
                        RealmFile.development().writeTo(WorkFolder.of("import", "key-switch"))));
    admin = server.admin();
    keys = new NodeKeys(server.keycloak(), admin);
    server.awaitRedisUp(1);
  }

  @AfterAll
  void stop() {
    server.close();
    redis.close();
  }

  @Test
  void aRealmWithoutTheActionLooksAsIfTheBundleHadNoKeys() {
    offers("master", false);
    offers("app", true);
  }

  @ParameterizedTest
  @EnumSource
  void keysAndTheirTokensEndWithTheActionAndComeBackWithIt(Off way) {
    Key user = keys.ofNewUser("ann-" + way.ordinal());
    Key client = keys.ofNewClient("service-" + way.ordinal());
    Response ofUser = keys.exchange(user).expect(200);
    Response ofClient = keys.exchange(client).expect(200);
    assertThat(isActive(ofUser.text("access_token"))).isTrue();
    assertThat(isGoodKey(user.key())).isTrue();
    assertThat(isInRedis(ofUser)).isFalse();

    way.off.accept(admin);
    offers("app", false);
    assertThat(keys.exchange(user).expect(400).text("error")).isEqualTo("unsupported_grant_type");
    for (Response each : List.of(ofUser, ofClient)) {
      assertThat(isActive(each.text("access_token"))).isFalse();
      await().atMost(SOON).until(() -> isInRedis(each));
    }
    assertThat(isGoodKey(user.key())).isFalse();
    await().atMost(COUNTED).until(() -> server.realms("apiKeys") == 0);

    way.on.accept(admin);
    offers("app", true);
    for (Key each : List.of(user, client)) {
      assertThat(keys.isGood(each)).isTrue();
      assertThat(isActive(keys.exchange(each).expect(200).text("access_token"))).isTrue();
    }
    await().atMost(COUNTED).until(() -> server.realms("apiKeys") == 1);
  }

  /** Whether a realm has the endpoints of keys, and says so. */
  private void offers(String name, boolean isOn) {
    Realm realm = new Realm(server.keycloak().url(), name);
    for (String document : DOCUMENTS) {
      JsonNode grants =
          Http.get(realm.url() + "/.well-known/" + document)
              .expect(200)
              .json()
              .get("grant_types_supported");
      assertThat(grants).extracting(JsonNode::asText).contains("authorization_code");
      assertThat(grants.toString().contains("api-key")).as(grants.toString()).isEqualTo(isOn);
    }
    assertThat(Http.get(realm.url() + "/api-keys").status()).isEqualTo(isOn ? 401 : 404);
    assertThat(Http.get(realm.url() + "/api-keys/verify").status()).isEqualTo(isOn ? 401 : 404);
    assertThat(admin.get("/realms/" + name + "/api-keys").status()).isEqualTo(isOn ? 200 : 404);
  }

  private boolean isActive(String token) {
    return introspection(token, Realm.basic("relying-app", "relying-app-dev-secret"));
  }

  private boolean isGoodKey(String key) {
    return introspection(key, Realm.basic("gateway", "gateway-dev-secret"));
  }

  private boolean introspection(String token, String caller) {
    return Http.postForm(
            new Realm(server.keycloak().url(), "app").endpoint("token/introspect"),
            Map.of("token", token),
            "Authorization",
            caller)
        .expect(200)
        .json()
        .get("active")
        .asBoolean();
  }

  private boolean isInRedis(Response tokens) {
    return redis.ttl("revoked:" + Realm.claims(tokens.text("access_token")).get("jti").asText())
        >= 0;
  }
}

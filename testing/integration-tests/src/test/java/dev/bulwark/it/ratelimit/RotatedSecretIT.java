package dev.bulwark.it.ratelimit;

import static dev.bulwark.it.ratelimit.LimitedServer.REALM;
import static dev.bulwark.it.ratelimit.LimitedServer.newAddress;
import static dev.bulwark.it.ratelimit.SecretPath.PER_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bulwark.it.support.AdminApi;
import dev.bulwark.it.support.Json;
import dev.bulwark.it.support.Response;
import dev.bulwark.redis.process.RedisProcess;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * L1, B7: with Keycloak's rotation of client secrets, which is on by default since 26.8, a client's
 * former secret is right for a time, so it takes no slot.
 */
@Tag("full")
class RotatedSecretIT {

  private static RedisProcess redis;
  private static LimitedServer server;

  @BeforeAll
  static void start() {
    redis = RedisProcess.start();
    server =
        LimitedServer.start(
            "rotated-secret",
            redis,
            spec -> spec.buildOption("features", "client-secret-rotation"));
    server.importRealm();
    keepFormerSecrets(server.admin());
  }

  @AfterAll
  static void stop() {
    if (server != null) {
      server.close();
    }
    if (redis != null) {
      redis.close();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"TOKEN_BY_BASIC", "TOKEN_BY_FORM", "TOKEN_BY_SIGNED_ASSERTION"})
  void bothSecretsAreRightAndNeverCount(SecretPath path) {
    Client client = Client.rotated(path);
    String address = newAddress();
    for (int i = 0; i < 2 * PER_CLIENT; i++) {
      path.send(server, address, client.id(), client.former()).expect(200);
      path.send(server, address, client.id(), client.current()).expect(200);
    }
  }

  @Test
  void bothPassWhereWrongOnesHaveFilledTheLimit() {
    SecretPath path = SecretPath.TOKEN_BY_BASIC;
    Client client = Client.rotated(path);
    String address = newAddress();
    path.send(server, address, client.id(), client.former()).expect(200);
    path.send(server, address, client.id(), client.current()).expect(200);
    for (int i = 0; i < PER_CLIENT; i++) {
      Response wrong = path.send(server, address, client.id(), "wrong-" + i);
      assertThat(wrong.status()).as(wrong.body()).isIn(400, 401);
    }
    path.send(server, address, client.id(), "wrong").expect(429);
    path.send(server, address, client.id(), client.former()).expect(200);
    path.send(server, address, client.id(), client.current()).expect(200);
  }

  /** Has the realm keep the former secret of each client for an hour. */
  private static void keepFormerSecrets(AdminApi admin) {
    String policies = "/realms/" + REALM + "/client-policies";
    admin
        .put(
            policies + "/profiles",
            Json.of(
                Map.of(
                    "profiles",
                    List.of(
                        Map.of(
                            "name",
                            "rotation",
                            "executors",
                            List.of(
                                Map.of(
                                    "executor",
                                    "secret-rotation",
                                    "configuration",
                                    Map.of(
                                        "expiration-period",
                                        86_400,
                                        "rotated-expiration-period",
                                        3600,
                                        "remaining-rotation-period",
                                        600))))))))
        .expect(204);
    admin
        .put(
            policies + "/policies",
            Json.of(
                Map.of(
                    "policies",
                    List.of(
                        Map.of(
                            "name",
                            "rotation",
                            "enabled",
                            true,
                            "conditions",
                            List.of(
                                Map.of(
                                    "condition",
                                    "client-access-type",
                                    "configuration",
                                    Map.of("type", List.of("confidential")))),
                            "profiles",
                            List.of("rotation"))))))
        .expect(204);
  }

  /** A client with two secrets. */
  private record Client(String id, String former, String current) {

    static Client rotated(SecretPath path) {
      String id = path.newClient(server);
      String uuid =
          server
              .admin()
              .get("/realms/" + REALM + "/clients?clientId=" + id)
              .expect(200)
              .json()
              .get(0)
              .get("id")
              .asText();
      String secrets = "/realms/" + REALM + "/clients/" + uuid + "/client-secret";
      String former = server.admin().get(secrets).expect(200).text("value");
      String current = server.admin().post(secrets, "{}").expect(200).text("value");
      assertThat(server.admin().get(secrets + "/rotated").expect(200).text("value"))
          .isEqualTo(former)
          .isNotEqualTo(current);
      return new Client(id, former, current);
    }
  }
}
